"""Currencies and their minor units, as ISO 4217 lists them."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT
MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB
SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

_EXPONENTS = {
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
}


def exponent_of(currency: str) -> int | None:
    """How many decimals a currency has, or None when there is no such currency."""
    return _EXPONENTS.get(currency)


def minor_units(value: float, currency: str) -> int:
    """12.5 EUR → 1250. The digits that were sent count, not their binary neighbours."""
    exact = Decimal(repr(value)).scaleb(_EXPONENTS[currency])
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
