"""Integer expressions as polynomials with rational coefficients over counters, parameters and floors."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import lcm

from analyses.model.program import Binary, Expr, Name, Number, Unary


@dataclass(frozen=True)
class Floor:
    """floor(numerator / divisor); the divisor is positive."""

    numerator: "Polynomial"
    divisor: int

    def __str__(self) -> str:
        return f"floor(({self.numerator})/{self.divisor})"


Atom = str | Floor


@dataclass(frozen=True)
class Polynomial:
    """Terms are ((atoms, sorted, a power repeated), coefficient), sorted, without zeros."""

    terms: tuple[tuple[tuple[Atom, ...], Fraction], ...] = ()

    @staticmethod
    def of(terms: dict[tuple[Atom, ...], Fraction]) -> "Polynomial":
        kept = [(atoms, value) for atoms, value in terms.items() if value]
        return Polynomial(tuple(sorted(kept, key=lambda term: (-len(term[0]), [str(atom) for atom in term[0]]))))

    @staticmethod
    def constant(value) -> "Polynomial":
        return Polynomial.of({(): Fraction(value)})

    @staticmethod
    def atom(atom: Atom) -> "Polynomial":
        return Polynomial((((atom,), Fraction(1)),))

    def __add__(self, other: "Polynomial") -> "Polynomial":
        terms = dict(self.terms)
        for atoms, value in other.terms:
            terms[atoms] = terms.get(atoms, Fraction(0)) + value
        return Polynomial.of(terms)

    def __neg__(self) -> "Polynomial":
        return Polynomial(tuple((atoms, -value) for atoms, value in self.terms))

    def __sub__(self, other: "Polynomial") -> "Polynomial":
        return self + -other

    def __mul__(self, other: "Polynomial") -> "Polynomial":
        terms: dict[tuple[Atom, ...], Fraction] = {}
        for (one, a), (two, b) in product(self.terms, other.terms):
            atoms = tuple(sorted(one + two, key=str))
            terms[atoms] = terms.get(atoms, Fraction(0)) + a * b
        return Polynomial.of(terms)

    def scaled(self, factor) -> "Polynomial":
        return Polynomial.of({atoms: value * factor for atoms, value in self.terms})

    def __str__(self) -> str:
        """isl text (affine), or as close as it comes."""
        parts = []
        for atoms, value in self.terms:
            factors = [str(atom) for atom in atoms]
            sign = "-" if value < 0 else "+"
            if abs(value) != 1 or not factors:
                factors.insert(0, str(abs(value)))
            parts.append(f"{sign} {'*'.join(factors)}")
        return " ".join(parts).removeprefix("+ ") or "0"

    @cached_property
    def atoms(self) -> frozenset[Atom]:
        return frozenset(atom for atoms, _ in self.terms for atom in atoms)

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables in it, those inside floors included."""
        found: set[str] = set()
        for atom in self.atoms:
            found |= atom.numerator.names if isinstance(atom, Floor) else {atom}
        return frozenset(found)

    @cached_property
    def is_affine(self) -> bool:
        whole = all(len(atoms) <= 1 and value.denominator == 1 for atoms, value in self.terms)
        return whole and all(atom.numerator.is_affine for atom in self.atoms if isinstance(atom, Floor))

    @property
    def value(self) -> int | None:
        """The number, if it is constant and whole."""
        if not self.terms:
            return 0
        ((atoms, number), *rest) = self.terms
        return int(number) if not rest and not atoms and number.denominator == 1 else None

    def coefficient(self, name: Atom) -> "Polynomial | None":
        """The factor of a variable, None if it also occurs in a higher power or inside a floor."""
        terms: dict[tuple[Atom, ...], Fraction] = {}
        for atoms, value in self.terms:
            if atoms.count(name) == 1:
                rest = list(atoms)
                rest.remove(name)
                terms[tuple(rest)] = value
            elif atoms.count(name) > 1:
                return None
            if any(isinstance(atom, Floor) and name in atom.numerator.names for atom in atoms):
                return None
        return Polynomial.of(terms)

    def substitute(self, values: "dict[str, Polynomial]") -> "Polynomial":
        if not self.names & values.keys():
            return self
        total = Polynomial()
        for atoms, value in self.terms:
            term = Polynomial.constant(value)
            for atom in atoms:
                if isinstance(atom, Floor):
                    inner = atom.numerator.substitute(values)
                    term = term * floored(inner, atom.divisor)
                else:
                    term = term * values.get(atom, Polynomial.atom(atom))
            total = total + term
        return total

    def is_whole(self) -> bool:
        """Whether it is an integer for all integer values of its atoms (tried on all residues)."""
        bottom = lcm(*(value.denominator for _, value in self.terms)) if self.terms else 1
        if bottom == 1:
            return True
        atoms = sorted(self.atoms, key=str)
        if bottom ** len(atoms) > 4096:
            return False
        for point in product(range(bottom), repeat=len(atoms)):
            at = dict(zip(atoms, point, strict=True))
            total = Fraction(0)
            for factors, value in self.terms:
                for atom in factors:
                    value *= at[atom]
                total += value
            if total.denominator != 1:
                return False
        return True


ZERO, ONE = Polynomial(), Polynomial.constant(1)


def floored(numerator: Polynomial, divisor: int) -> Polynomial:
    """floor(numerator / divisor), with whole parts taken out."""
    exact = numerator.scaled(Fraction(1, divisor))
    if exact.is_whole():
        return exact
    outside = Polynomial.of(
        {a: Fraction(v // divisor) for a, v in numerator.terms if v.denominator == 1 and v % divisor == 0}
    )
    rest = numerator - outside.scaled(divisor)
    if rest.value is not None:
        return outside + Polynomial.constant(rest.value // divisor)
    return outside + Polynomial.atom(Floor(rest, divisor))


def summed(step: Polynomial, name: str, count: Polynomial) -> Polynomial | None:
    """step(0) + ... + step(count - 1) over the variable name; None for degrees above two."""
    by_power: dict[int, dict] = {}
    for atoms, value in step.terms:
        if any(isinstance(atom, Floor) and name in atom.numerator.names for atom in atoms):
            return None
        rest = tuple(atom for atom in atoms if atom != name)
        by_power.setdefault(len(atoms) - len(rest), {})[rest] = value
    t = count
    powers = {
        0: t,
        1: (t * (t - ONE)).scaled(Fraction(1, 2)),
        2: (t * (t - ONE) * (t.scaled(2) - ONE)).scaled(Fraction(1, 6)),
    }
    if set(by_power) - set(powers):
        return None
    total = Polynomial()
    for power, terms in by_power.items():
        total = total + Polynomial.of(terms) * powers[power]
    return total


def expression(poly: Polynomial) -> Expr:
    """The polynomial as C; a common denominator divides exactly."""
    bottom = lcm(*(value.denominator for _, value in poly.terms)) if poly.terms else 1
    total: Expr | None = None
    for atoms, value in sorted(poly.terms, key=lambda term: (not term[0], term[1] < 0)):
        number = int(value * bottom)
        term: Expr | None = None
        for atom in atoms:
            factor: Expr = (
                Name(atom) if isinstance(atom, str) else Binary("/", expression(atom.numerator), Number(atom.divisor))
            )
            term = factor if term is None else Binary("*", term, factor)
        size = abs(number)
        if term is None or size != 1:
            term = Number(size) if term is None else Binary("*", Number(size), term)
        if total is None:
            negative = Number(-size) if isinstance(term, Number) else Unary("-", term)
            total = negative if number < 0 else term
        else:
            total = Binary("-" if number < 0 else "+", total, term)
    total = total if total is not None else Number(0)
    return total if bottom == 1 else Binary("/", total, Number(bottom))


def polynomial(expr: Expr, symbols, is_negative_free=None) -> Polynomial | None:
    """The polynomial that an integer expression computes, None if it is none.

    symbols: names that may occur (counters, parameters).
    is_negative_free: poly -> whether it is proven to be >= 0; needed where C's / and % truncate.
    """

    def convert(node: Expr) -> Polynomial | None:
        match node:
            case Number(value, "int"):
                return Polynomial.constant(value)
            case Name(name, "int") if name in symbols:
                return Polynomial.atom(name)
            case Unary("-", operand):
                inner = convert(operand)
                return -inner if inner is not None else None
            case Binary("+" | "-" | "*" as op, left, right):
                one, two = convert(left), convert(right)
                if one is None or two is None:
                    return None
                return one + two if op == "+" else one - two if op == "-" else one * two
            case Binary("/" | "%" as op, left, Number(int(divisor), "int")) if divisor > 0:
                top = convert(left)
                if top is None:
                    return None
                quotient = top.scaled(Fraction(1, divisor))
                if not quotient.is_whole():
                    if is_negative_free is None or not is_negative_free(top):
                        return None
                    quotient = floored(top, divisor)
                return quotient if op == "/" else top - quotient.scaled(divisor)
        return None

    return convert(expr)
