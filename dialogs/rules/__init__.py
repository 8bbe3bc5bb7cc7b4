"""The rule language: three-valued logic over answers, with the questions that could still change a value.

A rule is an expression such as ::

    hemoglobin < "100 g/L" or diagnosis in ("evans", "secondary_immune") and platelets < "30 10*9/L"

It has ``and``, ``or``, ``not``, comparisons of a number with a limit and its unit or with another number, equality
with and membership in option codes, ``at_least(2, a, b, c)``, and ``unclear`` where the record itself gives no answer.
A question that is answered by yes or no may stand alone. A limit may be given once
for each of several units that do not convert: ``csa_duration >= "6 mo = 26 wk = 182 d"``.

`dialogs.loading.rules` turns a text into a `tree` of `comparisons`; judging it gives a `judgement`.
"""
