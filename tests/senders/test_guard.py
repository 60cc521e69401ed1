"""The table of addresses, and the URLs that a subscription may have."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statuspage.core.settings import Webhooks
from statuspage.core.subscription import Origin
from statuspage.errors import UsageError
from statuspage.senders.guard import BLOCKED_V4, BLOCKED_V6, Door, Rules, check_url, door, networks, refusal

TABLE_V4 = (
    "0/8 10/8 100.64/10 127/8 169.254/16 172.16/12 192.0.0/24 192.0.2/24 192.31.196/24 192.52.193/24 192.88.99/24 "
    "192.168/16 192.175.48/24 198.18/15 198.51.100/24 203.0.113/24 224/4 240/4 168.63.129.16/32"
)
TABLE_V6 = "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20"

PUBLIC_RULES = Rules(own_hosts=frozenset({"status.example.org"}))
SANDBOX = Rules(allowed=networks("127.0.0.0/8", "fd00::/8"), allow_http=True)


def _full(short: str) -> str:
    address, _, length = short.partition("/")
    return ".".join((address.split(".") + ["0"] * 4)[:4]) + f"/{length}"


def test_the_tables_are_those_of_the_design() -> None:
    assert {str(one) for one in BLOCKED_V4} == {_full(one) for one in TABLE_V4.split()}
    assert {str(one) for one in BLOCKED_V6} == set(TABLE_V6.split())


@pytest.mark.parametrize("network", [*BLOCKED_V4, *BLOCKED_V6], ids=str)
def test_the_first_and_last_address_of_each_network_is_refused(network: object) -> None:
    whole = ip_network(str(network))
    assert refusal(str(whole[0]))
    assert refusal(str(whole[-1]))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
     "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "198.17.255.255", "198.20.0.0",
     "223.255.255.255", "168.63.129.15", "168.63.129.17", "2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888",
     "2001:200::1", "::ffff:1.1.1.1"],
)  # fmt: skip
def test_public_addresses_pass(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize(
    "address",
    ["::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:ffff:a9fe:a9fe", "::FFFF:10.0.0.1",
     "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
     "2002:7f00:1::", "2001:0:4136:e378::1", "::ffff:0:127.0.0.1", "2001:db8::1", "5f00::1", "4000::", "1fff:ffff::",
     "2a00:1450::5efe:10.0.0.1", "2a00:1450::200:5efe:7f00:1", "2606:4700::1%1"],
)  # fmt: skip
def test_other_ipv6_is_refused(address: str) -> None:
    assert refusal(address)


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "1.1.1.1 ", "1.1.1", "[::1]", "1.1.1.1/32"],
)
def test_what_is_not_written_as_an_address_is_refused(text: str) -> None:
    assert refusal(text) == "not an address in its usual form"


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_wrapping_ipv4_changes_nothing(address: IPv4Address) -> None:
    assert refusal(f"::ffff:{address}") == refusal(str(address))


@settings(deadline=None)
@given(st.ip_addresses(v=6))
def test_no_ipv6_outside_the_global_range_passes(address: IPv6Address) -> None:
    if address not in ip_network("2000::/3") and address.ipv4_mapped is None:
        assert refusal(str(address))


def test_allowed_and_denied_networks() -> None:
    assert refusal("10.1.2.3", allowed=networks("10.0.0.0/8")) is None
    assert refusal("::ffff:10.1.2.3", allowed=networks("10.0.0.0/8")) is None
    assert refusal("1.1.1.1", denied=networks("1.1.1.0/24")) == "blocked by this installation"
    assert not Door(True, networks("fe80::/10")).lets_inside("fe80::1%eth0"), "a zone is no address in its usual form"
    assert not Door(True, networks("127.0.0.0/8")).lets_inside("localhost")


SPECIAL = "alt arpa corp example home internal intranet invalid lan local localdomain localhost onion private test"


@pytest.mark.parametrize("label", SPECIAL.split())
def test_no_name_under_a_special_label_is_public(label: str) -> None:
    for host in (f"hooks.{label}", f"a.hooks.{label.upper()}"):
        with pytest.raises(UsageError, match="a public name"):
            check_url(f"https://{host}/", origin=Origin.SELF_SERVE, rules=PUBLIC_RULES)


@pytest.mark.parametrize("host", ["hooks", "a", "com"])
def test_a_name_without_a_dot_is_not_public(host: str) -> None:
    with pytest.raises(UsageError, match="a public name"):
        check_url(f"https://{host}/", origin=Origin.SELF_SERVE, rules=PUBLIC_RULES)


def test_a_name_has_at_most_253_characters() -> None:
    longest = ".".join(["a" * 49] * 5) + ".co"
    check_url(f"https://{longest[-253:]}/", origin=Origin.SELF_SERVE, rules=PUBLIC_RULES)
    assert len(f"a{longest}") == 253
    check_url(f"https://a{longest}/", origin=Origin.SELF_SERVE, rules=PUBLIC_RULES)
    with pytest.raises(UsageError, match="as DNS has them"):
        check_url(f"https://aa{longest}/", origin=Origin.SELF_SERVE, rules=PUBLIC_RULES)


@pytest.mark.parametrize("prefix", ["2a00::0:5efe", "2a00::200:5efe"])
def test_an_address_in_an_isatap_one_is_judged(prefix: str) -> None:
    assert refusal(f"{prefix}:168.63.129.16") == "168.63.129.16/32 is not public"
    assert refusal(f"{prefix}:10.0.0.1") == "10.0.0.0/8 is not public"
    assert refusal(f"{prefix}:168.63.129.17") is None
    assert refusal(f"{prefix[:-1]}f:10.0.0.1") is None, "that is none"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://hooks.example.com/a b", "spaces"),
        ("https://hooks.example.com/\x7f", "spaces"),
        ("https://hooks.example.com/\\", "spaces"),
        ("https://me@hooks.example.com/", "user name"),
        ("https://hooks.example.com:65536/", "from 1 to 65535"),
        ("https://0177.0.0.1/", "four decimal numbers"),
        ("https://127.0.0.1/", "a name, not an address"),
        ("https://status.example.org/", "this site itself"),
    ],
)
def test_each_mistake_is_named(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_url(url, origin=Origin.SELF_SERVE, rules=PUBLIC_RULES)


def test_an_address_has_at_most_2048_characters() -> None:
    longest = "https://hooks.example.com/".ljust(2048, "a")
    check_url(longest, origin=Origin.SELF_SERVE, rules=PUBLIC_RULES)
    with pytest.raises(UsageError, match="2048"):
        check_url(f"{longest}a", origin=Origin.SELF_SERVE, rules=PUBLIC_RULES)


@pytest.mark.parametrize(
    "url",
    ["https://hooks.example.com", "https://hooks.example.com/", "https://hooks.example.com:443/a?b=c@d",
     "HTTPS://Hooks.Example.COM/x", "https://xn--bcher-kva.example.com/", "https://a.co?x"],
)  # fmt: skip
@pytest.mark.parametrize("origin", list(Origin))
def test_public_urls_pass(url: str, origin: Origin) -> None:
    check_url(url, origin=origin, rules=PUBLIC_RULES)


HOSTILE_URLS = [
    "", "hooks.example.com", "//hooks.example.com/", "http://hooks.example.com/", "ftp://hooks.example.com/",
    "file:///etc/passwd", "gopher://hooks.example.com/", "https:hooks.example.com", "https:///x", "javascript:alert(1)",
    "https://hooks.example.com:80/", "https://hooks.example.com:8443/", "https://hooks.example.com:0/",
    "https://hooks.example.com:99999/", "https://hooks.example.com:/", "https://hooks.example.com:+443/",
    "https://user@hooks.example.com/", "https://user:pw@hooks.example.com/", "https://127.0.0.1@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/", "https://hooks.example.com#@127.0.0.1/", "https://hooks.example.com/#x",
    "https://localhost/", "https://LOCALHOST/", "https://foo.localhost/", "https://printer.local/", "https://a.internal/",
    "https://metadata.google.internal/", "https://intranet/", "https://router.lan/", "https://nas.home.arpa/",
    "https://a.test/", "https://a.invalid/", "https://a.onion/", "https://1.0.0.127.in-addr.arpa/",
    "https://hooks.example.com./", "https://localhost./", "https://.example.com/", "https://a..example.com/",
    "https://-a.example.com/", "https://a_b.example.com/", "https://" + "a" * 64 + ".example.com/",
    "https://127.0.0.1/", "https://127.0.0.1./", "https://127.1/", "https://127.0.1/", "https://2130706433/",
    "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0X7F.1/", "https://0177.0.0.1/", "https://017700000001/",
    "https://1.1.1.1/", "https://0/", "https://0.0.0.0/", "https://169.254.169.254/", "https://a.0x/", "https://a.1/",
    "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/", "https://[2606:4700::1111]/", "https://[::1/", "https://::1/", "https://[v1.a]/",
    "https://hooks%2eexample.com/", "https://%6cocalhost/", "https://127.0.0.1%2f.example.com/",
    "https://example.com\\@127.0.0.1/", "https:\\\\hooks.example.com/", "https://hooks.example.com\\.evil.com/",
    "https://hooks.example.com/\r\nx: y", "https://hooks.example.com/a b", "https://hooks.example.com/\t",
    "https://hooks.example.com/\x00", " https://hooks.example.com/", "https://hooks.example.com/\n",
    "https://hooks.exam\u200bple.com/", "https://ⓛocalhost/", "https://127。0。0。1/", "https://bücher.example.com/",
    "https://①②⑦.0.0.1/", "https://status.example.org/", "https://STATUS.example.org/x",
    "https://hooks.example.com/" + "a" * 2048,
]  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE_URLS)
@pytest.mark.parametrize("rules", [PUBLIC_RULES, SANDBOX], ids=["public", "sandbox"])
def test_self_serve_reaches_nothing_else(url: str, rules: Rules) -> None:
    if "status.example.org" in url.lower():
        rules = PUBLIC_RULES
    with pytest.raises(UsageError):
        check_url(url, origin=Origin.SELF_SERVE, rules=rules)


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_an_operator_without_allowed_networks_is_bound_alike(url: str) -> None:
    with pytest.raises(UsageError):
        check_url(url, origin=Origin.OPERATOR, rules=PUBLIC_RULES)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9000/hook", "https://127.5.5.5:1/", "http://[fd00::1]:80/", "http://[::ffff:127.0.0.1]:81/",
     "http://receiver:8080/hook", "http://localhost/", "https://hooks.example.com:8443/", "http://127.0.0.1:65535/"],
)  # fmt: skip
def test_an_operator_may_reach_inside_through_a_door_that_leads_nowhere_else(url: str) -> None:
    way = door(url, origin=Origin.OPERATOR, rules=SANDBOX)
    assert way == Door(False, SANDBOX.allowed)
    assert way.refusal("127.0.0.1", 9000) is None
    assert way.refusal("1.1.1.1", 443) == "not inside the allowed networks"
    with pytest.raises(UsageError):
        check_url(url, origin=Origin.SELF_SERVE, rules=SANDBOX)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://127.1/",
        "http://0x7f.1/",
        "http://u@127.0.0.1/",
        "http://127.0.0.1/#a",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:99999/",
    ],
)
def test_an_operator_reaches_no_other_inside(url: str) -> None:
    with pytest.raises(UsageError):
        check_url(url, origin=Origin.OPERATOR, rules=SANDBOX)


def test_plain_http_inside_is_allowed_on_its_own() -> None:
    rules = Rules(allowed=networks("127.0.0.0/8"))
    with pytest.raises(UsageError, match="https"):
        check_url("http://127.0.0.1/", origin=Origin.OPERATOR, rules=rules)
    check_url("https://127.0.0.1/", origin=Origin.OPERATOR, rules=rules)


def test_a_public_door_holds_addresses_and_ports() -> None:
    way = door("https://hooks.example.com/", origin=Origin.SELF_SERVE, rules=SANDBOX)
    assert way.refusal("1.1.1.1", 443) is None
    assert way.refusal("1.1.1.1", 8443) == "port 8443 is not allowed"
    assert way.refusal("127.0.0.1", 443) == "127.0.0.0/8 is not public"


def test_an_operators_public_door_leads_inside_too() -> None:
    way = door("https://hooks.example.com/", origin=Origin.OPERATOR, rules=SANDBOX)
    assert way.refusal("127.0.0.1", 443) is None
    assert way.refusal("10.0.0.1", 443) == "10.0.0.0/8 is not public"


def test_rules_come_from_the_configuration() -> None:
    webhooks = Webhooks(("127.0.0.0/8",), True, (443, 8443), ("1.1.1.0/24",))
    rules = Rules.of(webhooks, "https://Status.Example.org:8080/x")
    assert rules == Rules(
        networks("127.0.0.0/8"), True, (443, 8443), frozenset({"status.example.org"}), networks("1.1.1.0/24")
    )
    assert Rules.of(Webhooks(), "").own_hosts == frozenset()


def test_where_no_port_is_written_the_scheme_says_it() -> None:
    check_url("https://hooks.example.com/", origin=Origin.SELF_SERVE, rules=Rules(ports=(443,)))
    with pytest.raises(UsageError, match="port"):
        check_url("https://hooks.example.com/", origin=Origin.SELF_SERVE, rules=Rules(ports=(444,)))
    assert Door(True).refusal("1.1.1.1", 443) is None
    assert Door(True).refusal("1.1.1.1", 80) == "port 80 is not allowed"


def test_a_refusal_says_what_would_be_right() -> None:
    with pytest.raises(UsageError, match="punycode"):
        check_url("https://bücher.example.com/", origin=Origin.SELF_SERVE, rules=PUBLIC_RULES)
