"""Several trials in one conversation: one protocol whose parts are trials, and the matching that walks through it.

The rules of the room:

* a question that is the same in two trials stands once (`dialogs.portfolio.sameness`, `dialogs.portfolio.merging`);
* each trial is judged by a screening of its own, which gets the answers in the order in which they were given: what a
  matching says of a trial is what a screening for that trial alone says (`dialogs.portfolio.matching`,
  `dialogs.portfolio.steps_alone`);
* what cannot both be true, or a number and its parts, is told also where no trial asks both; it fills in and skips
  nothing (`dialogs.portfolio.beside`, `dialogs.portfolio.against_parts`);
* what is asked next is what some trial that is not ruled out still needs, the most telling first
  (`dialogs.portfolio.choosing`).
"""
