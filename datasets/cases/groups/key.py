"""The key does not work: whose fault does its own timeline show?"""

from scenario import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    SWEDEN,
    Buyer,
    Case,
    Pair,
    Side,
    approve,
    money,
    purchase,
    reject,
    review,
)

PRICE = money(9800)
TRIED = 20 * MINUTE  # when the key is usually tried, a quarter of an hour after it was opened


def already_used(case: Case) -> None:
    """The buyer says that the key had been used, and shows the vendor's error."""
    case.claim("KEY_ALREADY_USED", PRICE, shows="ACTIVATION_ERROR")


def used_before_delivery(case: Case) -> None:
    """A stranger consumed the key three days before it was sold."""
    purchase(case, PRICE)
    case.activate(-3 * DAY, "OK", case.stranger(SWEDEN.format(112)))
    already_used(case)


def used_just_before_delivery(case: Case) -> None:
    """A stranger consumed the key 30 s before it was delivered."""
    purchase(case, PRICE)
    case.activate(2 * MINUTE - 30 * SECOND, "OK", case.stranger(SWEDEN.format(113)))
    already_used(case)


def used_by_stranger(case: Case) -> None:
    """A stranger consumed the key after the buyer had opened it."""
    purchase(case, PRICE)
    case.activate(TRIED, "OK", case.stranger(SWEDEN.format(114)))
    already_used(case)


def used_from_address(case: Case) -> None:
    """Only the address of the activation is known."""
    purchase(case, PRICE)
    case.activate(TRIED, "OK", {"ip": SWEDEN.format(115)})
    already_used(case)


def used_by_other_before(case: Case) -> None:
    """The supplier's own check found the key used before it was delivered."""
    purchase(case, PRICE)
    case.activate(-HOUR, "USED_BY_OTHER", {})
    already_used(case)


def owned_by_self(case: Case) -> None:
    """The vendor told the buyer that the buyer owns the product already."""
    purchase(case, PRICE)
    case.activate(TRIED, "OWNED_BY_SELF", case.buyer.client())
    already_used(case)


def region_locked(case: Case) -> None:
    """The buyer's region is refused, and the order had said so."""
    purchase(case, PRICE)
    case.body("placed")["region_lock_countries"] = ["US", "CA"]
    case.activate(TRIED, "REGION_LOCKED", case.buyer.client())
    case.claim("REGION_LOCKED", PRICE, shows="ACTIVATION_ERROR")


def invalid(case: Case) -> None:
    """The vendor does not know the key."""
    purchase(case, PRICE)
    case.activate(TRIED, "INVALID", case.buyer.client())
    case.claim("KEY_INVALID", PRICE, shows="ACTIVATION_ERROR")


def sold_twice(case: Case) -> None:
    """Another buyer had got the same key a day before."""
    other = Buyer(case, "first")
    case.known(other, label="first", login=-DAY - 10 * MINUTE)
    case.place(PRICE, at=-DAY, order="first", buyer=other)
    case.pay(PRICE, at=-DAY + MINUTE, order="first", buyer=other)
    case.deliver(at=-DAY + 2 * MINUTE, order="first")
    purchase(case, PRICE)
    already_used(case)


def sold_twice_and_used(case: Case) -> None:
    """Another buyer had got the same key, and consumed it after this buyer opened it."""
    sold_twice(case)
    case.activate(TRIED, "OK", case.stranger(SWEDEN.format(116)))


def names_its_key(case: Case) -> None:
    """A cheap key that does not work, named in the claim."""
    price = money(3000)
    purchase(case, price)
    claim = case.claim("KEY_INVALID", price, shows="ACTIVATION_ERROR")
    claim["key_fingerprints"] = [case.key()]


def try_key(case: Case, number: int) -> None:
    """The buyer tries the key another time."""
    case.activate(20 * MINUTE + number, "INVALID", case.buyer.client(), label=f"try-{number}")


def tried_often(case: Case) -> None:
    """The buyer tries the key 64 times."""
    purchase(case, money(9800))
    for number in range(64):
        try_key(case, number)
    case.claim("KEY_INVALID", money(9800), shows="ACTIVATION_ERROR")


PAIRS = [
    Pair(
        used_before_delivery,
        Side(
            "key-used-before-delivery",
            "The key had been consumed three days before it was delivered.",
            [approve("key_used_before_delivery", 9800)],
        ),
        Side(
            "key-used-elsewhere-after-viewing",
            "Somebody who is not linked to the buyer consumed the key after the buyer had opened it.",
            [review("activated_elsewhere_after_view")],
            lambda case: case.move("activated", TRIED),
        ),
    ),
    Pair(
        used_just_before_delivery,
        Side(
            "key-used-seconds-before-delivery",
            "The key was consumed 30 seconds before it was delivered.",
            [approve("key_used_before_delivery", 9800)],
        ),
        Side(
            "key-used-between-delivery-and-viewing",
            "A stranger consumed the key after it was delivered and before the buyer opened it: nothing is proven.",
            [review("needs_review")],
            lambda case: case.move("activated", 2 * MINUTE + 30 * SECOND),
        ),
    ),
    Pair(
        used_by_stranger,
        Side(
            "key-used-on-strange-device",
            "The key was consumed abroad on an unknown device after the buyer had opened it.",
            [review("activated_elsewhere_after_view")],
        ),
        Side(
            "key-used-on-claimants-device",
            "The key was consumed on the buyer's own phone a quarter of an hour after it was opened.",
            [reject("key_used_by_claimant")],
            lambda case: case.body("activated").update(client=case.buyer.client()),
        ),
    ),
    Pair(
        used_from_address,
        Side(
            "key-used-from-strange-address",
            "The key was consumed from an address that the buyer never used.",
            [review("activated_elsewhere_after_view")],
        ),
        Side(
            "key-used-from-claimants-mapped-address",
            "The key was consumed from the buyer's address, written as an IPv4-mapped IPv6 address.",
            [reject("key_used_by_claimant")],
            lambda case: case.body("activated").update(client={"ip": f"::ffff:{case.home_ip}"}),
        ),
    ),
    Pair(
        used_by_stranger,
        Side(
            "key-used-by-strange-account",
            "The account that consumed the key is not the buyer's.",
            [review("activated_elsewhere_after_view")],
        ),
        Side(
            "key-used-by-claimants-account",
            "The key was consumed abroad, but by the buyer's own account.",
            [reject("key_used_by_claimant")],
            lambda case: case.body("activated").update(activator_id=case.buyer.account_id),
        ),
    ),
    Pair(
        used_by_other_before,
        Side(
            "key-found-used-before-delivery",
            "The supplier's check had found the key used an hour before it was delivered.",
            [approve("key_used_before_delivery", 9800)],
        ),
        Side(
            "key-found-used-after-viewing",
            "The key was found used after the buyer had opened it; nobody knows since when.",
            [review("needs_review")],
            lambda case: case.move("activated", TRIED),
        ),
    ),
    Pair(
        owned_by_self,
        Side(
            "key-owned-by-self",
            "The vendor told the buyer that the buyer's own account holds the product already.",
            [reject("key_owned_by_self")],
        ),
        Side(
            "key-used-by-other",
            "The vendor told the buyer that somebody else holds the key; since when is not known.",
            [review("needs_review")],
            lambda case: case.body("activated").update(result="ACTIVATION_RESULT_USED_BY_OTHER"),
        ),
    ),
    Pair(
        region_locked,
        Side(
            "key-region-lock-disclosed",
            "The order said that the key works only in the US and Canada; the buyer is in China.",
            [reject("region_lock_disclosed")],
        ),
        Side(
            "key-region-lock-undisclosed",
            "The key refuses China, and the order had named no region.",
            [review("region_lock_undisclosed")],
            lambda case: case.body("placed").pop("region_lock_countries"),
        ),
    ),
    Pair(
        region_locked,
        Side(
            "key-region-lock-excludes-buyer",
            "The named regions leave the buyer's country out.",
            [reject("region_lock_disclosed")],
        ),
        Side(
            "key-region-lock-includes-buyer",
            "The order promised that the key works in China, where it was refused: not what was sold.",
            [review("needs_review")],
            lambda case: case.body("placed").update(region_lock_countries=["CN", "HK"]),
        ),
    ),
    Pair(
        invalid,
        Side(
            "key-unknown-to-vendor",
            "The vendor does not know the key; the supplier has to be asked.",
            [review("needs_review")],
        ),
        Side(
            "key-mistyped-then-used",
            "The buyer mistyped the key, consumed it three minutes later and calls it invalid.",
            [reject("key_used_by_claimant")],
            lambda case: case.activate(TRIED + 3 * MINUTE, "OK", case.buyer.client(), label="activated-again"),
        ),
    ),
    Pair(
        sold_twice,
        Side(
            "key-sold-twice",
            "The same key had been delivered to another buyer a day before.",
            [approve("key_sold_twice", 9800)],
        ),
        Side(
            "key-sold-once",
            "The other buyer had got another key.",
            [review("needs_review")],
            lambda case: case.body("delivered-first").update(key_fingerprint=case.key("2")),
        ),
    ),
    Pair(
        sold_twice_and_used,
        Side(
            "key-sold-twice-used-by-other",
            "The key was sold twice and consumed by somebody else.",
            [approve("key_sold_twice", 9800)],
        ),
        Side(
            "key-sold-twice-used-by-claimant",
            "The key was sold twice, but it was this buyer who consumed it and has the product.",
            [reject("key_used_by_claimant")],
            lambda case: case.body("activated").update(client=case.buyer.client()),
        ),
    ),
    Pair(
        names_its_key,
        Side(
            "key-claimed-is-the-delivered-one",
            "The claim names the key that the order got.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "key-claimed-is-another-one",
            "The claim names a key that the order never got: a mix-up, or somebody else's key.",
            [review("key_not_of_order")],
            lambda case: case.claims[0].update(key_fingerprints=[case.key("2")]),
        ),
    ),
    Pair(
        tried_often,
        Side(
            "key-tried-sixty-four-times",
            "The vendor answered 64 times that it does not know the key: a script, or a stubborn buyer.",
            [review("needs_review")],
        ),
        Side(
            "key-tried-once-more",
            "One try more than is remembered of a key: a person has to look at the vendor's own records.",
            [review("order_too_long")],
            lambda case: try_key(case, 64),
        ),
    ),
]
