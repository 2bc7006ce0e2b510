from ntsessions.abi import sids
from ntsessions.abi.privileges import Privilege
from ntsessions.executive.security.user_rights import privileges_of, system_privileges


def test_a_token_holds_what_its_sids_hold_together() -> None:
    """A backup operator may back up; a right given by name comes on top."""
    held = privileges_of([sids.USERS, sids.BACKUP_OPERATORS], [Privilege.SeAuditPrivilege])
    assert {Privilege.SeBackupPrivilege, Privilege.SeTimeZonePrivilege, Privilege.SeAuditPrivilege} <= set(held)
    assert held[Privilege.SeBackupPrivilege] == 0
    assert held[Privilege.SeChangeNotifyPrivilege] == 3


def test_the_order_does_not_depend_on_chance() -> None:
    """The same logon lists its privileges in the same order every time."""
    assert list(privileges_of([sids.ADMINISTRATORS])) == sorted(privileges_of([sids.ADMINISTRATORS]))


def test_another_policy_can_be_passed() -> None:
    """A profile or an administrator may assign rights otherwise."""
    assert privileges_of([sids.USERS], table={sids.USERS: (Privilege.SeDebugPrivilege,)}) == {20: 0}


def test_the_system_acts_as_part_of_itself() -> None:
    """LocalSystem has SeTcb enabled and holds what is dangerous disabled."""
    held = system_privileges()
    assert held[Privilege.SeTcbPrivilege] == 3
    assert held[Privilege.SeAssignPrimaryTokenPrivilege] == 0
