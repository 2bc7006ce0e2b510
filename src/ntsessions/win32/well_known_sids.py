"""CreateWellKnownSid: the WELL_KNOWN_SID_TYPE enumeration, and the SID of each member.

Members of a domain are the domain's SID and a number; the others stand alone.  Windows' own list: winnt.h, [MS-DTYP]
2.4.2.4.
"""

from ntsessions.abi import sids
from ntsessions.abi.sids import IntegrityLevel, Sid, integrity_sid, sid_of

_words = str.split
_NAMES = _words(
    "WinNullSid WinWorldSid WinLocalSid WinCreatorOwnerSid WinCreatorGroupSid WinCreatorOwnerServerSid "
    "WinCreatorGroupServerSid WinNtAuthoritySid WinDialupSid WinNetworkSid WinBatchSid WinInteractiveSid WinServiceSid "
    "WinAnonymousSid WinProxySid WinEnterpriseControllersSid WinSelfSid WinAuthenticatedUserSid WinRestrictedCodeSid "
    "WinTerminalServerSid WinRemoteLogonIdSid WinLogonIdsSid WinLocalSystemSid WinLocalServiceSid WinNetworkServiceSid "
    "WinBuiltinDomainSid WinBuiltinAdministratorsSid WinBuiltinUsersSid WinBuiltinGuestsSid WinBuiltinPowerUsersSid "
    "WinBuiltinAccountOperatorsSid WinBuiltinSystemOperatorsSid WinBuiltinPrintOperatorsSid "
    "WinBuiltinBackupOperatorsSid WinBuiltinReplicatorSid WinBuiltinPreWindows2000CompatibleAccessSid "
    "WinBuiltinRemoteDesktopUsersSid WinBuiltinNetworkConfigurationOperatorsSid WinAccountAdministratorSid "
    "WinAccountGuestSid WinAccountKrbtgtSid WinAccountDomainAdminsSid WinAccountDomainUsersSid "
    "WinAccountDomainGuestsSid WinAccountComputersSid WinAccountControllersSid WinAccountCertAdminsSid "
    "WinAccountSchemaAdminsSid WinAccountEnterpriseAdminsSid WinAccountPolicyAdminsSid WinAccountRasAndIasServersSid "
    "WinNTLMAuthenticationSid WinDigestAuthenticationSid WinSChannelAuthenticationSid WinThisOrganizationSid "
    "WinOtherOrganizationSid WinBuiltinIncomingForestTrustBuildersSid WinBuiltinPerfMonitoringUsersSid "
    "WinBuiltinPerfLoggingUsersSid WinBuiltinAuthorizationAccessSid WinBuiltinTerminalServerLicenseServersSid "
    "WinBuiltinDCOMUsersSid WinBuiltinIUsersSid WinIUserSid WinBuiltinCryptoOperatorsSid WinUntrustedLabelSid "
    "WinLowLabelSid WinMediumLabelSid WinHighLabelSid WinSystemLabelSid WinWriteRestrictedCodeSid "
    "WinCreatorOwnerRightsSid WinCacheablePrincipalsGroupSid WinNonCacheablePrincipalsGroupSid "
    "WinEnterpriseReadonlyControllersSid WinAccountReadonlyControllersSid WinBuiltinEventLogReadersGroup"
)

TYPES: dict[str, int] = {name: number for number, name in enumerate(_NAMES)}
"""The enumeration."""


def _nt(*parts: int) -> Sid:
    return sid_of(5, *parts)


_BUILTIN_RIDS = {
    "Administrators": 544, "Users": 545, "Guests": 546, "PowerUsers": 547, "AccountOperators": 548,
    "SystemOperators": 549, "PrintOperators": 550, "BackupOperators": 551, "Replicator": 552,
    "PreWindows2000CompatibleAccess": 554, "RemoteDesktopUsers": 555, "NetworkConfigurationOperators": 556,
    "IncomingForestTrustBuilders": 557, "PerfMonitoringUsers": 558, "PerfLoggingUsers": 559,
    "AuthorizationAccess": 560, "TerminalServerLicenseServers": 561, "DCOMUsers": 562, "IUsers": 568,
    "CryptoOperators": 569,
}  # fmt: skip

_SIDS: dict[str, Sid] = {
    "WinNullSid": sids.NULL_SID, "WinWorldSid": sids.EVERYONE, "WinLocalSid": sids.LOCAL,
    "WinCreatorOwnerSid": sids.CREATOR_OWNER, "WinCreatorGroupSid": sids.CREATOR_GROUP,
    "WinCreatorOwnerServerSid": sid_of(3, 2), "WinCreatorGroupServerSid": sid_of(3, 3), "WinDialupSid": sids.DIALUP,
    "WinNetworkSid": sids.NETWORK, "WinBatchSid": sids.BATCH, "WinInteractiveSid": sids.INTERACTIVE,
    "WinServiceSid": sids.SERVICE, "WinAnonymousSid": sids.ANONYMOUS_LOGON, "WinProxySid": _nt(8),
    "WinEnterpriseControllersSid": _nt(9), "WinSelfSid": sids.SELF,
    "WinAuthenticatedUserSid": sids.AUTHENTICATED_USERS, "WinRestrictedCodeSid": sids.RESTRICTED,
    "WinTerminalServerSid": sids.TERMINAL_SERVER_USER, "WinRemoteLogonIdSid": sids.REMOTE_INTERACTIVE_LOGON,
    "WinLocalSystemSid": sids.LOCAL_SYSTEM, "WinLocalServiceSid": sids.LOCAL_SERVICE,
    "WinNetworkServiceSid": sids.NETWORK_SERVICE, "WinBuiltinDomainSid": _nt(32),
    "WinNTLMAuthenticationSid": _nt(64, 10), "WinDigestAuthenticationSid": _nt(64, 21),
    "WinSChannelAuthenticationSid": _nt(64, 14), "WinThisOrganizationSid": sids.THIS_ORGANIZATION,
    "WinOtherOrganizationSid": _nt(1000), "WinIUserSid": _nt(17), "WinWriteRestrictedCodeSid": sids.WRITE_RESTRICTED,
    "WinCreatorOwnerRightsSid": sids.OWNER_RIGHTS, "WinEnterpriseReadonlyControllersSid": _nt(22),
    "WinBuiltinEventLogReadersGroup": _nt(32, 573),
    "WinUntrustedLabelSid": integrity_sid(IntegrityLevel.UNTRUSTED),
    "WinLowLabelSid": integrity_sid(IntegrityLevel.LOW), "WinMediumLabelSid": integrity_sid(IntegrityLevel.MEDIUM),
    "WinHighLabelSid": integrity_sid(IntegrityLevel.HIGH), "WinSystemLabelSid": integrity_sid(IntegrityLevel.SYSTEM),
} | {f"WinBuiltin{name}Sid": _nt(32, rid) for name, rid in _BUILTIN_RIDS.items()}  # fmt: skip

_OF_A_DOMAIN: dict[str, int] = {
    "WinAccountAdministratorSid": 500, "WinAccountGuestSid": 501, "WinAccountKrbtgtSid": 502,
    "WinAccountDomainAdminsSid": 512, "WinAccountDomainUsersSid": 513, "WinAccountDomainGuestsSid": 514,
    "WinAccountComputersSid": 515, "WinAccountControllersSid": 516, "WinAccountCertAdminsSid": 517,
    "WinAccountSchemaAdminsSid": 518, "WinAccountEnterpriseAdminsSid": 519, "WinAccountPolicyAdminsSid": 520,
    "WinAccountReadonlyControllersSid": 521, "WinAccountRasAndIasServersSid": 553,
    "WinCacheablePrincipalsGroupSid": 571, "WinNonCacheablePrincipalsGroupSid": 572,
}  # fmt: skip


def well_known(kind: int, domain: Sid | None) -> Sid | None:
    """Return the SID of a member of the enumeration; None when there is none, or when it needs a domain's."""
    name = _NAMES[kind] if 0 <= kind < len(_NAMES) else ""
    if name in _OF_A_DOMAIN and domain is not None:
        return Sid(f"{domain}-{_OF_A_DOMAIN[name]}")
    return _SIDS.get(name)
