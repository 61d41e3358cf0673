"""The Luhn check digit (ISO/IEC 7812-1), which organisation numbers and personal numbers end with."""


def luhn_valid(digits: str) -> bool:
    """True if the last digit of `digits` (ASCII digits only) is the check digit of the ones before."""
    return digits.isascii() and digits.isdigit() and _weighted(digits) % 10 == 0


def luhn_digit(digits: str) -> str:
    """The digit that makes `digits` (without check digit) valid."""
    return str(-_weighted(digits + "0") % 10)


def _weighted(digits: str) -> int:
    values = (int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits)))
    return sum(v - 9 if v > 9 else v for v in values)
