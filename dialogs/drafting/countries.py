"""Countries as ClinicalTrials.gov names them, with their codes of ISO 3166-1 alpha-3, as in SDTM."""

from __future__ import annotations

from typing import Final

_WRITTEN: Final = """
ARE United Arab Emirates; ARG Argentina; AUS Australia; AUT Austria; BEL Belgium; BGD Bangladesh; BGR Bulgaria;
BRA Brazil; CAN Canada; CHE Switzerland; CHL Chile; CHN China; COL Colombia; CZE Czechia; CZE Czech Republic;
DEU Germany; DNK Denmark; EGY Egypt; ESP Spain; EST Estonia; ETH Ethiopia; FIN Finland; FRA France;
GBR United Kingdom; GEO Georgia; GHA Ghana; GRC Greece; HKG Hong Kong; HRV Croatia; HUN Hungary; IDN Indonesia;
IND India; IRL Ireland; IRN Iran; IRN Iran, Islamic Republic of; ISR Israel; ITA Italy; JPN Japan; KEN Kenya;
KOR South Korea; KOR Korea, Republic of; LBN Lebanon; LTU Lithuania; LVA Latvia; MAR Morocco; MEX Mexico; MYS Malaysia;
NGA Nigeria; NLD Netherlands; NOR Norway; NPL Nepal; NZL New Zealand; PAK Pakistan; PER Peru; PHL Philippines;
POL Poland; PRT Portugal; ROU Romania; RUS Russia; RUS Russian Federation; SAU Saudi Arabia; SGP Singapore; SRB Serbia;
SVK Slovakia; SVN Slovenia; SWE Sweden; THA Thailand; TUN Tunisia; TUR Turkey; TUR Turkey (Türkiye); TWN Taiwan;
TZA Tanzania; UGA Uganda; UKR Ukraine; USA United States; VNM Vietnam; ZAF South Africa
"""
CODES: Final = {
    name: code
    for code, _, name in (each.strip().partition(" ") for each in " ".join(_WRITTEN.split()).split("; "))
}
