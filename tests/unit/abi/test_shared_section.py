import pytest

from ntsessions.abi import user_objects
from ntsessions.abi.errors import InvalidParameter
from ntsessions.abi.shared_section import HeapRules, SharedSection, dangers, parse_shared_section
from ntsessions.abi.status import NtStatus
from ntsessions.profiles.table import PROFILES, SERVER2003, WINDOWS11, XP

REGISTRY = (
    r"%SystemRoot%\system32\csrss.exe ObjectDirectory=\Windows SharedSection=1024,3072,512 Windows=On "
    "SubSystemType=Windows ServerDll=basesrv,1 ServerDll=winsrv:UserServerDllInitialization,3 "
    "ServerDll=winsrv:ConServerDllInitialization,2 ServerDll=sxssrv,4 ProfileControl=Off MaxRequestThreads=16"
)


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("1024,3072,512", (1024, 3072, 512)),
        ("  1024,3072,512\n", (1024, 3072, 512)),
        ("0x400,0xC00,0X200", (1024, 3072, 512)),
        ("1024,20480", (1024, 20480, 20480)),
        ("512", (512, 3072, 3072)),
        ("SharedSection=1024,3072,512", (1024, 3072, 512)),
        (r"csrss.exe sharedsection=2048,4096", (2048, 4096, 4096)),
        (r"csrss.exe Windows=On", (1024, 3072, 3072)),
        (REGISTRY, (1024, 3072, 512)),
    ],
)
def test_what_the_registry_says_is_understood(text: str, sizes: tuple[int, int, int]) -> None:
    """A missing third value is the second, a missing second one 3072; the whole registry value can be pasted."""
    assert parse_shared_section(text) == sizes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "1024,3072,512"),
        ("1024,", "1024,3072,512"),
        (",3072,512", "1024,3072,512"),
        ("1024,3072,512,1", "1024,3072,512"),
        ("1024, 3072, 512", "without blanks"),
        ("1024,3M", "KB"),
        ("-1,3072,512", "KB"),
        ("1024,٣", "KB"),
        ("0,3072,512", "from 1 to"),
        ("1024,3072,0x100001", "from 1 to 1048576"),
        ("1024,99999999999", "KB"),
        ("1" * 5000, "4096 characters"),
        ("csrss.exe SharedSection=1024,3072, 512", "without blanks"),
        ("csrss.exe SharedSection=1024,3072 512", "'512' is not of the form name=value"),
        ("csrss.exe SharedSection=", "1024,3072,512"),
        ("csrss.exe SharedSections=1024,3072,512", "'SharedSections'"),
        ("csrss.exe SharedSection=1024,3072 SharedSection=512", "twice"),
        (REGISTRY + " Kmode=x", "'Kmode'"),
        (REGISTRY + " ServerDll=other,7", "no slot 7"),
        (REGISTRY + " ServerDll=other", "basesrv,1"),
    ],
)
def test_a_mistake_is_told_with_what_to_write(text: str, says: str) -> None:
    """Where NT would not start and say nothing, the editor says why."""
    with pytest.raises(InvalidParameter) as error:
        parse_shared_section(text)
    assert error.value.status is NtStatus.INVALID_PARAMETER
    assert says in error.value.detail


def test_the_last_slot_of_csrss_can_be_used() -> None:
    assert parse_shared_section("x SharedSection=1,2,3 ServerDll=other:Entry,6") == (1, 2, 3)


def test_it_is_written_as_it_is_read() -> None:
    assert str(SharedSection(1024, 3072, 512)) == "1024,3072,512"


@pytest.mark.parametrize("name", PROFILES)
def test_the_defaults_of_every_version_are_harmless(name: str) -> None:
    assert dangers(PROFILES[name].shared_section, PROFILES[name].heap_rules) == ()


@pytest.mark.parametrize(
    ("values", "rules", "says"),
    [
        ("1024,8704,512", XP.heap_rules, ["8704, is above about 8192"]),
        ("1024,8192,512", XP.heap_rules, []),
        ("1024,12288,768", WINDOWS11.heap_rules, []),
        ("1024,20992,768", WINDOWS11.heap_rules, ["20992, is above 20480"]),
        ("1024,30720,20992", WINDOWS11.heap_rules, ["30720, is above 20480", "20992, is above 20480"]),
        ("1024,3072,700", XP.heap_rules, ["third value, 700, is not a step of 512 KB; write 1024"]),
        ("1024,3072,768", XP.heap_rules, ["third value, 768, is not a step of 512 KB; write 1024"]),
        ("1024,3072,1280", WINDOWS11.heap_rules, []),
        ("1024,3072,256", XP.heap_rules, []),
        ("1024,3072,257", XP.heap_rules, ["write 384"]),
        ("1024,3072", XP.heap_rules, ["a missing third value is the second"]),
        ("1024,50176,512", XP.heap_rules, ["Default would get 512 KB", "50176, is above 20480"]),
        ("48448,3072,512", XP.heap_rules, ["Default would get 512 KB", "no service would start: 0 KB"]),
        ("48449,3072,512", XP.heap_rules, ["no session would start"]),
        ("20000,3072,512", SERVER2003.heap_rules, ["no session would start"]),
        ("1024,2,512", XP.heap_rules, ["no session would start: a heap of 2 KB", "costs as much", "not a step"]),
        ("1024,3,512", XP.heap_rules, ["costs as much", "second value, 3, is not a step"]),
        ("1024,3,512", WINDOWS11.heap_rules, ["no session would start: a heap of 3 KB", "costs as much", "not a step"]),
        ("1024,3072,1", XP.heap_rules, ["no service would start: a heap of 1 KB", "third value, 1, is not a step"]),
        ("1280,18944,512", SERVER2003.heap_rules, ["no service would start: 64 KB", "8192"]),
    ],
)  # fmt: skip
def test_dangerous_values_are_told(values: str, rules: HeapRules, says: list[str]) -> None:
    """Each in a sentence of its own, and nothing else."""
    told = dangers(parse_shared_section(values), rules)
    assert len(told) == len(says)
    for sentence, part in zip(told, says, strict=True):
        assert part in sentence


def test_a_session_that_takes_all_there_is_starts() -> None:
    """At the edge: one page more of the shared heap, and there is no room for the smallest Default."""
    rules = HeapRules(1024 + 128 + 64 + 512, 128, 64, 8, user_objects.X86)
    assert not any("no session would start" in text for text in dangers(SharedSection(1024, 3072, 512), rules))
    assert "no session would start" in dangers(SharedSection(1025, 3072, 512), rules)[0]
