"""The atom table: names and numbers, what is refused, what it costs; and any sequence of uses against a dictionary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ntsessions.abi.calls.atom import ATOM_NAME_LENGTH, FIRST_ATOM, LAST_ATOM, AtomInformation
from ntsessions.abi.errors import NtError
from ntsessions.abi.names import upcase
from ntsessions.abi.status import NtStatus as S
from ntsessions.executive.objects.object import Pool
from ntsessions.executive.windowing.atoms import ATOM_COST, CAPACITY, AtomTable
from ntsessions.executive.windowing.bill import Bill
from ntsessions.executive.windowing.session_space import Area


@pytest.fixture
def table() -> AtomTable:
    return AtomTable()


def refusal(table: AtomTable, name: str | int) -> S:
    """What adding ends with; finding ends with the same."""
    with pytest.raises(NtError) as added:
        table.add(name)
    with pytest.raises(NtError) as found:
        table.find(name)
    assert added.value.status is found.value.status
    return added.value.status


def test_case_does_not_matter_and_the_first_spelling_is_told(table: AtomTable) -> None:
    atom = table.add("Some Name")
    assert FIRST_ATOM <= atom <= LAST_ATOM
    assert table.add("SOME NAME") == table.find("some name") == atom
    assert table.information(atom) == AtomInformation("Some Name", 2, is_pinned=False)
    assert table.find("other") is None


def test_letters_are_compared_one_by_one(table: AtomTable) -> None:
    """`ß` is no `SS` for NT."""
    assert table.add("straße") != table.add("STRASSE")
    assert table.find("STRAßE") == table.find("straße")


@pytest.mark.parametrize(("name", "atom"), [("#123", 123), (123, 123), ("#00001", 1), ("#49151", 0xBFFF)])
def test_integer_atoms_are_in_no_table(table: AtomTable, name: str | int, atom: int) -> None:
    """They are found without having been added, and nothing deletes them."""
    assert table.find(name) == table.add(name) == atom
    table.delete(atom)
    assert table.information(atom) == AtomInformation(f"#{atom}", 1, is_pinned=True)
    assert len(table) == 0


@pytest.mark.parametrize("name", ["#", "#12a", "# 12", "#-1", "#+1", "#0x12", "#\N{ARABIC-INDIC DIGIT ONE}", "12"])
def test_what_is_not_quite_a_number_is_a_string(table: AtomTable, name: str) -> None:
    assert table.add(name) >= FIRST_ATOM


@pytest.mark.parametrize("name", [0, FIRST_ATOM, LAST_ATOM, 1 << 16, -1, "#0", "#49152", "#" + "9" * 5000])
def test_numbers_out_of_range_are_refused(table: AtomTable, name: str | int) -> None:
    assert refusal(table, name) is S.INVALID_PARAMETER


def test_a_name_has_255_characters(table: AtomTable) -> None:
    """Counted in UTF-16, as NT does."""
    assert table.add("x" * ATOM_NAME_LENGTH)
    assert refusal(table, "x" * (ATOM_NAME_LENGTH + 1)) is S.INVALID_PARAMETER
    assert table.add("\N{GRINNING FACE}" * 127)
    assert refusal(table, "\N{GRINNING FACE}" * 128) is S.INVALID_PARAMETER
    assert refusal(table, "") is S.OBJECT_NAME_INVALID


def test_an_atom_goes_with_its_last_use(table: AtomTable) -> None:
    atom = table.add("abc")
    table.add("ABC")
    table.delete(atom)
    assert table.find("abc") == atom
    table.delete(atom)
    assert table.find("abc") is None
    for status, use in ((S.INVALID_HANDLE, table.delete), (S.INVALID_HANDLE, table.name_of)):
        with pytest.raises(NtError) as refused:
            use(atom)
        assert refused.value.status is status


@pytest.mark.parametrize(("atom", "told", "deleted"), [(0, S.INVALID_PARAMETER, S.INVALID_HANDLE),
                                                       (-1, S.INVALID_HANDLE, S.INVALID_HANDLE),
                                                       (0xC123, S.INVALID_HANDLE, S.INVALID_HANDLE)])  # fmt: skip
def test_what_is_no_atom_has_no_name(table: AtomTable, atom: int, told: S, deleted: S) -> None:
    with pytest.raises(NtError) as refused:
        table.name_of(atom)
    assert refused.value.status is told
    with pytest.raises(NtError) as refused:
        table.delete(atom)
    assert refused.value.status is deleted


def test_a_number_is_used_again_as_late_as_possible(table: AtomTable) -> None:
    """A program that kept the number of an atom that is gone must not find another string there soon."""
    first, second = table.add("first"), table.add("second")
    table.delete(second)
    table.delete(first)
    seen = {table.add(f"name {number}") for number in range(CAPACITY - 2)}
    assert not seen & {first, second}
    assert [table.add("one more"), table.add("and one")] == [second, first]


def test_a_table_holds_so_many(table: AtomTable) -> None:
    """And then names that are there can still be added (8: not enough memory)."""
    atoms = [table.add(f"name {number}") for number in range(CAPACITY)]
    assert (len(table), max(atoms)) == (CAPACITY, LAST_ATOM)
    with pytest.raises(NtError) as refused:
        table.add("one too many")
    assert refused.value.status is S.NO_MEMORY
    assert table.add("NAME 7") == atoms[7]
    assert table.add("#7") == 7
    table.delete(atoms[9])
    assert table.add("one too many") == atoms[9]


def test_what_is_pinned_stays() -> None:
    """A registered message is the same number until the session ends."""
    table = AtomTable(is_pinned=True)
    atom = table.add("Registered")
    table.delete(atom)
    table.delete(atom)
    assert table.information(atom) == AtomInformation("Registered", 1, is_pinned=True)


def test_both_pools_pay_and_are_paid_back() -> None:
    pool, area = Pool(1000), Area("paged pool", 1)
    table = AtomTable(Bill(pool, area))
    atom = table.add("abc")
    table.add("abc")
    assert pool.used == area.used == ATOM_COST + 6
    table.add("defg")
    table.delete(atom)
    table.delete(atom)
    assert pool.used == area.used == ATOM_COST + 8
    table.discard()
    assert (pool.used, area.used, len(table)) == (0, 0, 0)


@pytest.mark.parametrize(("pool", "area", "status"), [(100, 1, S.QUOTA_EXCEEDED), (1000, 0, S.NO_MEMORY)])
def test_an_atom_that_is_not_paid_for_is_not_there(pool: int, area: int, status: S) -> None:
    payers = Pool(pool), Area("paged pool", area)
    table = AtomTable(Bill(*payers))
    with pytest.raises(NtError) as refused:
        table.add("abc")
    assert refused.value.status is status
    assert [payer.used for payer in payers] == [0, 0]
    assert (table.find("abc"), len(table)) == (None, 0)


NAMES = st.one_of(
    st.sampled_from(["a", "A", "b", "ab", "AB", "ß", "#1", "#x"]), st.integers(-1, 70000).map("#{}".format), st.text()
)


class AgainstADictionary(RuleBasedStateMachine):
    """The model: names in upper case -> number, spelling and uses."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = Pool(1 << 30)
        self.table = AtomTable(Bill(self.pool))
        self.model: dict[str, tuple[int, str, int]] = {}

    @staticmethod
    def is_integer(name: str) -> bool:
        return name[:1] == "#" and name[1:].isascii() and name[1:].isdecimal()

    @rule(name=NAMES)
    def add(self, name: str) -> None:
        try:
            atom = self.table.add(name)
        except NtError:
            number = int(name[1:]) if self.is_integer(name) else None
            assert not name or len(name.encode("utf-16-le", "surrogatepass")) > 510 or number is not None
            assert number is None or not 0 < number < FIRST_ATOM
            return
        if self.is_integer(name):
            assert atom == int(name[1:])
            return
        number, spelling, uses = self.model.get(upcase(name), (atom, name, 0))
        assert atom == number
        self.model[upcase(name)] = number, spelling, uses + 1

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        known = self.model.pop(upcase(name), None)
        if known is not None:
            number, spelling, uses = known
            self.table.delete(number)
            if uses > 1:
                self.model[upcase(name)] = number, spelling, uses - 1

    @rule(atom=st.integers(FIRST_ATOM, FIRST_ATOM + 12))
    def delete_by_number(self, atom: int) -> None:
        for key, (number, spelling, uses) in list(self.model.items()):
            if number == atom:
                self.table.delete(atom)
                del self.model[key]
                if uses > 1:
                    self.model[key] = number, spelling, uses - 1
                return
        with pytest.raises(NtError):
            self.table.delete(atom)

    @invariant()
    def agrees(self) -> None:
        assert len(self.table) == len(self.model) == len({number for number, _, _ in self.model.values()})
        for key, (number, spelling, uses) in self.model.items():
            assert FIRST_ATOM <= number <= LAST_ATOM
            assert self.table.find(key) == self.table.find(spelling) == number
            assert self.table.information(number) == AtomInformation(spelling, uses, is_pinned=False)
        assert self.pool.used == sum(ATOM_COST + 2 * len(spelling) for _, spelling, _ in self.model.values())


TestAgainstADictionary = AgainstADictionary.TestCase


@given(st.integers(1, FIRST_ATOM - 1))
def test_the_text_of_an_integer_atom_leads_back_to_it(atom: int) -> None:
    table = AtomTable()
    assert table.find(table.name_of(atom)) == atom
