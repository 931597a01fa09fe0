"""Who asks, from where, and how often."""

from scenario import (
    DAY,
    HOSTING,
    HOUR,
    MINUTE,
    PROXY,
    TOR,
    VPN,
    Buyer,
    Case,
    Pair,
    Side,
    approve,
    money,
    purchase,
    review,
)

SMALL = money(3000)
BLOCK = "2001:250:{:x}::1"  # a Chinese network in the public test files


def small_claim(case: Case) -> None:
    """A cheap key that does not work, claimed from home."""
    purchase(case, SMALL)
    case.claim("KEY_INVALID", SMALL, shows="ACTIVATION_ERROR")


def from_new_device(case: Case, ip: str) -> None:
    """The same, claimed on a device that the account never used."""
    small_claim(case)
    case.claims[0]["client"].update(ip=ip, device_id=case.id("device", "new"))


def over_vpn(case: Case) -> None:
    """From a VPN on a new device."""
    from_new_device(case, VPN.format(1))


def over_tor(case: Case) -> None:
    """From a Tor exit on a new device."""
    from_new_device(case, TOR.format(1))


def over_hosting(case: Case) -> None:
    """From a data centre on a new device."""
    from_new_device(case, HOSTING.format(1))


def over_ipv6(case: Case) -> None:
    """Everything comes from one IPv6 address."""
    case.buyer.ip = BLOCK.format(int(case.home_ip.rsplit(".", 1)[1]))
    small_claim(case)


def order_for(case: Case, buyer: Buyer, label: str, at: int) -> None:
    """A cheap key, delivered; whose key it is, the label says."""
    case.place(SMALL, at=at, order=label, buyer=buyer)
    case.pay(SMALL, at=at + MINUTE, order=label, buyer=buyer)
    case.deliver(label, at=at + 2 * MINUTE, order=label)


def open_key(case: Case, buyer: Buyer, label: str, at: int) -> None:
    """The buyer of `order_for` opens the key."""
    case.view(label, at=at + 5 * MINUTE, order=label, client=buyer.client())


def four_orders(case: Case) -> None:
    """Four cheap orders of one account, each claimed: the first as not received, though it was delivered."""
    case.known()
    for number in range(1, 5):
        order_for(case, case.buyer, str(number), at=number * 10 * MINUTE)
        if number > 1:
            open_key(case, case.buyer, str(number), at=number * 10 * MINUTE)
    case.claim("NOT_DELIVERED", SMALL, order="1")
    for number in range(2, 5):
        case.claim("KEY_INVALID", SMALL, at=(2 + number) * HOUR, order=str(number), shows="ACTIVATION_ERROR")


def four_parts(case: Case) -> None:
    """Four partial claims on one order, each under a refund number of its own."""
    purchase(case, money(20000))
    for number in range(4):
        case.claim("NOT_AS_DESCRIBED", SMALL, at=(3 + number) * HOUR, shows="PRODUCT_SCREENSHOT")


def shared_payout(case: Case) -> None:
    """Two accounts, one receiving account."""
    for number, label in enumerate(("first", "second")):
        buyer = Buyer(case, label)
        case.known(buyer, label=label)
        order_for(case, buyer, label, at=number * 10 * MINUTE)
        open_key(case, buyer, label, at=number * 10 * MINUTE)
        claim = case.claim(
            "KEY_INVALID", SMALL, at=(3 + number) * HOUR, order=label, buyer=buyer, shows="ACTIVATION_ERROR"
        )
        claim["destination"] = case.elsewhere("shared")


def shared_device(case: Case) -> None:
    """Four accounts on one phone."""
    for number, label in enumerate(("first", "second", "third", "fourth")):
        buyer = Buyer(case, label)
        buyer.device_id = case.id("device", "shared")
        case.known(buyer, label=label)
        order_for(case, buyer, label, at=number * 10 * MINUTE)
        open_key(case, buyer, label, at=number * 10 * MINUTE)
        case.claim("KEY_INVALID", SMALL, at=(3 + number) * HOUR, order=label, buyer=buyer, shows="ACTIVATION_ERROR")


def verified_buyer(case: Case) -> None:
    """An account whose owner showed an identity card."""
    account_id = case.buyer.account_id
    verified = {"account_id": account_id, "kind": "ACTIVITY_KIND_VERIFIED", "verified_level": 2}
    case.add("verified", -300 * DAY, "account_activity", **verified)
    small_claim(case)


def reseller(case: Case) -> None:
    """An account that ordered 66 keys in six weeks, and claims for the sixth of them within a fortnight."""
    case.known(login=-41 * DAY)
    for number in range(60):
        case.place(SMALL, at=-40 * DAY + number * 9 * HOUR, order=f"bulk-{number}")
    for number in range(6):
        began = (-15 + 3 * number) * DAY
        order_for(case, case.buyer, str(number), at=began)
        open_key(case, case.buyer, str(number), at=began)
        case.claim("KEY_INVALID", SMALL, at=began + 3 * HOUR, order=str(number), shows="ACTIVATION_ERROR")


def without_bulk(case: Case) -> None:
    """Only the claimed orders were placed."""
    for number in range(60):
        case.drop(f"placed-bulk-{number}")


def new_account(case: Case) -> None:
    """An account that was opened 80 days ago and claims for each of its four orders, one in 25 days: the first as not
    received, though it was delivered."""
    case.activity("registered", -80 * DAY, "REGISTERED", case.buyer.client())
    for number in range(4):
        began = (-75 + 25 * number) * DAY
        order_for(case, case.buyer, str(number), at=began)
        if number == 0:
            case.neighbour(at=began + 3 * MINUTE)
            case.claim("NOT_DELIVERED", SMALL, at=began + 3 * HOUR, order="0")
            continue
        open_key(case, case.buyer, str(number), at=began)
        case.claim("KEY_INVALID", SMALL, at=began + 3 * HOUR, order=str(number), shows="ACTIVATION_ERROR")


def mistyped(case: Case) -> None:
    """The key is refused, and so is what the buyer types the next two times."""
    small_claim(case)
    case.activate(20 * MINUTE, "INVALID", case.buyer.client())
    typed(case, 2)


def typed(case: Case, upto: int, since: int = 1) -> None:
    """More keys that the vendor refuses to the buyer's account there, one a minute."""
    for number in range(since, upto + 1):
        at = (20 + number) * MINUTE
        case.activate(at, "INVALID", case.buyer.client(), key=f"typed-{number}", label=f"typed-{number}")


def guessed(case: Case) -> None:
    """The buyer's account tries six keys that were never sold to it, and not its own."""
    small_claim(case)
    typed(case, 6)
    for number in range(1, 7):
        case.body(f"typed-{number}").update(activator_id=case.buyer.account_id)


def guessed_by_stranger(case: Case) -> None:
    """Somebody else tried the six keys."""
    for number in range(1, 7):
        case.body(f"typed-{number}").update(activator_id=case.id("activator", "stranger"))


def tried_ten(case: Case) -> None:
    """Ten refused tries in the hour before the claim, at the buyer's key and nine others."""
    for number in range(10):
        key = "1" if number == 0 else f"typed-{number}"
        label = "activated" if number == 0 else f"typed-{number}"
        case.activate((130 + number) * MINUTE, "INVALID", case.buyer.client(), key=key, label=label)


PAID = approve("small_amount", 3000)

PAIRS = [
    Pair(
        over_vpn,
        Side(
            "risk-vpn-on-new-device",
            "The claim comes through a VPN from a device that the account never used.",
            [review("anonymous_network_new_device")],
        ),
        Side(
            "risk-vpn-on-own-device",
            "The claim comes through a VPN from the buyer's own phone.",
            [PAID],
            lambda case: case.claims[0]["client"].update(device_id=case.buyer.device_id),
        ),
    ),
    Pair(
        over_tor,
        Side(
            "risk-tor-on-new-device",
            "The claim comes through Tor from a device that the account never used.",
            [review("anonymous_network_new_device")],
        ),
        Side(
            "risk-home-on-new-device",
            "The claim comes from a new device in the buyer's home network.",
            [PAID],
            lambda case: case.claims[0]["client"].update(ip=case.home_ip),
        ),
    ),
    Pair(
        over_hosting,
        Side(
            "risk-hosting-on-new-device",
            "The claim comes from a data centre and a device that the account never used.",
            [review("anonymous_network_new_device")],
        ),
        Side(
            "risk-proxy-on-new-device",
            "The claim comes through a public proxy from a device that the account never used.",
            [review("anonymous_network_new_device")],
            lambda case: case.claims[0]["client"].update(ip=PROXY.format(1)),
        ),
    ),
    Pair(
        four_orders,
        Side(
            "risk-fourth-claim-in-a-day",
            "Three claims of the account were paid today; the fourth is looked at.",
            [PAID, PAID, PAID, review("refund_velocity")],
        ),
        Side(
            "risk-fourth-claim-one-our-fault",
            "One of the three earlier claims was the platform's own fault and does not count against the buyer.",
            [approve("not_delivered", 3000), PAID, PAID, PAID],
            lambda case: case.drop("delivered-1"),
        ),
    ),
    Pair(
        four_parts,
        Side(
            "risk-fourth-refund-number",
            "The account asks under a fourth refund number.",
            [PAID, PAID, PAID, review("refund_velocity")],
        ),
        Side(
            "risk-same-refund-asked-twice",
            "Of the three earlier questions two were about the same refund: only two refunds came before.",
            [PAID, PAID, PAID, PAID],
            lambda case: case.claims[2].update(refund_id=case.id("refund", "2")),
        ),
    ),
    Pair(
        shared_payout,
        Side(
            "risk-payout-shared-by-accounts",
            "Two accounts want their refunds on the same receiving account.",
            [approve("small_amount"), review("shared_payout")],
        ),
        Side(
            "risk-payout-of-its-own",
            "Two accounts want their refunds on two receiving accounts.",
            [approve("small_amount"), approve("small_amount")],
            lambda case: case.claims[1]["destination"].update(payout_fingerprint=case.id("payout", "own")),
        ),
    ),
    Pair(
        shared_device,
        Side(
            "risk-device-shared-by-accounts",
            "A fourth account claims from the device that three others claimed from.",
            [PAID, PAID, PAID, review("shared_device")],
        ),
        Side(
            "risk-device-of-its-own",
            "The fourth account claims from another device than the three others.",
            [PAID, PAID, PAID, PAID],
            lambda case: case.claims[3]["client"].update(device_id=case.id("device", "own")),
        ),
    ),
    Pair(
        over_ipv6,
        Side(
            "risk-client-on-ipv6",
            "Order and claim come from the same IPv6 address.",
            [PAID],
        ),
        Side(
            "risk-client-without-address",
            "The claim carries no address: nobody knows where it comes from, so nothing is paid unseen.",
            [review("needs_review")],
            lambda case: case.claims[0]["client"].pop("ip"),
        ),
    ),
    Pair(
        small_claim,
        Side(
            "risk-client-with-device",
            "The claim comes from the buyer's own phone.",
            [PAID],
        ),
        Side(
            "risk-client-without-device",
            "The claim names no device: whether it is the buyer's is unknown, so nothing is paid unseen.",
            [review("needs_review")],
            lambda case: case.claims[0]["client"].pop("device_id"),
        ),
    ),
    Pair(
        small_claim,
        Side(
            "risk-on-an-emulator",
            "The buyer's device turns out to be an emulator.",
            [review("emulated_device")],
            lambda case: case.claims[0]["client"].update(device_emulator=True),
        ),
        Side(
            "risk-on-a-real-phone",
            "The buyer's device is a real phone.",
            [PAID],
            lambda case: case.claims[0]["client"].update(device_emulator=False),
        ),
    ),
    Pair(
        small_claim,
        Side(
            "risk-on-a-rooted-phone",
            "The phone is rooted: many honest people's is.",
            [PAID],
            lambda case: case.claims[0]["client"].update(device_rooted=True),
        ),
        Side(
            "risk-on-an-untouched-phone",
            "The phone is as it was sold.",
            [PAID],
            lambda case: case.claims[0]["client"].update(device_rooted=False),
        ),
    ),
    Pair(
        verified_buyer,
        Side(
            "risk-verified-buyer",
            "The buyer's identity was checked last year.",
            [PAID],
        ),
        Side(
            "risk-unverified-buyer",
            "Nobody ever checked who the buyer is: a small amount is paid all the same.",
            [PAID],
            lambda case: case.drop("verified"),
        ),
    ),
    Pair(
        reseller,
        Side(
            "risk-reseller-claims-seldom",
            "The account claims for the sixth time in a fortnight, but it ordered 66 keys.",
            [PAID] * 6,
        ),
        Side(
            "risk-six-claims-for-six-orders",
            "The account claims for the sixth time in a fortnight, and that is all that it ordered.",
            [PAID, PAID, PAID, review("refund_velocity"), review("refund_velocity"), review("refund_velocity")],
            without_bulk,
        ),
    ),
    Pair(
        new_account,
        Side(
            "risk-every-order-claimed",
            "A new account claims slowly, but for each of its four orders.",
            [PAID, PAID, PAID, review("refund_ratio")],
        ),
        Side(
            "risk-every-order-claimed-one-our-fault",
            "A new account claims for each of its four orders; the first was never delivered.",
            [approve("not_delivered", 3000), PAID, PAID, PAID],
            lambda case: case.drop("delivered-0"),
        ),
    ),
    Pair(
        mistyped,
        Side(
            "risk-key-mistyped-twice",
            "The buyer mistyped the key two times.",
            [PAID],
        ),
        Side(
            "risk-keys-guessed",
            "The buyer went on and had seven other keys refused.",
            [review("key_enumeration")],
            lambda case: typed(case, 7, since=3),
        ),
    ),
    Pair(
        guessed,
        Side(
            "risk-keys-guessed-by-account",
            "The account had six keys refused that were never sold to it.",
            [review("key_enumeration")],
        ),
        Side(
            "risk-keys-guessed-by-stranger",
            "Somebody else had the six keys refused; nothing ties them to the buyer's own key.",
            [PAID],
            guessed_by_stranger,
        ),
    ),
    Pair(
        small_claim,
        Side(
            "risk-key-refused-just-before-the-claim",
            "The vendor refused the key ten minutes before the claim: that is what the claim is about.",
            [PAID],
            lambda case: case.activate(170 * MINUTE, "INVALID", case.buyer.client()),
        ),
        Side(
            "risk-key-refused-over-and-over",
            "Within the last hour the buyer's account at the vendor had ten keys refused.",
            [review("key_enumeration")],
            tried_ten,
        ),
    ),
]
