"""Addresses, networks and devices that several people share, and what became of their claims."""

from scenario import DAY, HOUR, MINUTE, OTHER_PHONE, SWEDEN, Buyer, Case, Pair, Side, approve, review

from groups.risk import SMALL, open_key, order_for, small_claim

CARRIER = "1.128.0.{}"  # in the public test files the only network of a known carrier (Telstra, AS 1221)
PAID = approve("small_amount", 3000)


def neighbours(case: Case, count: int, days_apart: int, device: str | None = None) -> None:
    """So many buyers, one after another, claim from one address; what became of it the last claim tells first."""
    for number in range(1, count + 1):
        label = str(number)
        buyer = Buyer(case, label)
        if device is not None:
            buyer.device_id = case.id("device", device)
        start = (number - count) * days_apart * DAY
        case.known(buyer, label=label)
        order_for(case, buyer, label, at=start)
        open_key(case, buyer, label, at=start)
        case.claim("KEY_INVALID", SMALL, at=start + 3 * HOUR, order=label, buyer=buyer, shows="ACTIVATION_ERROR")
    last = case.claims[-1]
    last["facts"] = [outcome(case, claim, "HONEST") for claim in case.claims[:-1]]


def outcome(case: Case, claim: dict, label: str) -> dict:
    """A reviewer finds out the truth about a claim, shortly before the last claim."""
    told = {
        "refund_id": claim["refund_id"],
        "order_id": claim["order_id"],
        "account_id": claim["account_id"],
        "label": f"OUTCOME_LABEL_{label}",
        "source": "OUTCOME_SOURCE_REVIEWER",
        "effective_at": claim["requested_at"],
    }
    fact_id = case.id("fact", f"outcome-{claim['refund_id'].rsplit('-', 1)[1]}")
    return {"fact_id": fact_id, "occurred_at": claim["requested_at"], "outcome_reported": told}


def found_abuse(case: Case, honest: int = 0) -> None:
    """Reviewers found abuse in all earlier claims but so many."""
    for fact in case.claims[-1]["facts"][honest:]:
        fact["outcome_reported"]["label"] = "OUTCOME_LABEL_ABUSE"


def campus(case: Case) -> None:
    """Twelve people behind one public address, two days apart."""
    neighbours(case, 12, 2)


def family(case: Case) -> None:
    """Three people on one tablet, two days apart."""
    neighbours(case, 3, 2, device="tablet")


def bursts(case: Case) -> None:
    """Four people behind one address claim within the hour."""
    for number in range(1, 5):
        buyer = Buyer(case, str(number))
        case.known(buyer, label=str(number))
        order_for(case, buyer, str(number), at=number * MINUTE)
        open_key(case, buyer, str(number), at=number * MINUTE)
        at = 3 * HOUR + number * 4 * MINUTE
        case.claim("KEY_INVALID", SMALL, at=at, order=str(number), buyer=buyer, shows="ACTIVATION_ERROR")


def first_seen_later(case: Case) -> None:
    """A second phone of the account, first used the day before the order, claims."""
    small_claim(case)
    client = case.buyer.client() | {"device_id": case.id("device", "second")}
    case.activity("second", -DAY - HOUR, "LOGIN", client)
    case.claims[0]["client"] = client


def at_home(case: Case) -> None:
    """The account was used from home on four days of the month before."""
    for day in (30, 22, 15, 8):
        case.activity(f"login-{day}", -day * DAY, "LOGIN", case.buyer.client())
    small_claim(case)


PAIRS = [
    Pair(
        campus,
        Side(
            "network-campus-of-honest-people",
            "Eleven earlier claims came from the address in three weeks, all honest; the twelfth person is not suspected.",
            [PAID] * 12,
        ),
        Side(
            "network-address-of-abusers",
            "Eleven earlier claims came from the address in three weeks, and reviewers found ten of them abusive.",
            [PAID] * 11 + [review("address_abused")],
            lambda case: found_abuse(case, honest=1),
        ),
    ),
    Pair(
        campus,
        Side(
            "network-campus-without-labels",
            "Eleven earlier claims came from the address in three weeks; nobody knows yet what they were.",
            [PAID] * 12,
            lambda case: case.claims[-1].pop("facts"),
        ),
        Side(
            "network-campus-with-one-abuser",
            "Of eleven earlier claims from the address one was abusive: the others are not judged by it.",
            [PAID] * 12,
            lambda case: found_abuse(case, honest=10),
        ),
    ),
    Pair(
        family,
        Side(
            "network-tablet-of-a-family",
            "Two others claimed from the tablet, honestly.",
            [PAID] * 3,
        ),
        Side(
            "network-tablet-of-abusers",
            "Two others claimed from the tablet, and reviewers found both abusive.",
            [PAID] * 2 + [review("device_abused")],
            found_abuse,
        ),
    ),
    Pair(
        bursts,
        Side(
            "network-four-claims-in-an-hour",
            "Four people claim from one address within the hour: an internet cafe, perhaps. Nobody is judged by that alone.",
            [PAID] * 4,
        ),
        Side(
            "network-three-claims-in-an-hour-one-elsewhere",
            "The fourth claims from the network of a mobile carrier.",
            [PAID] * 4,
            lambda case: case.claims[-1]["client"].update(ip=CARRIER.format(7)),
        ),
    ),
    Pair(
        small_claim,
        Side(
            "network-same-browser",
            "The claim comes from the browser that the order came from.",
            [PAID],
        ),
        Side(
            "network-other-browser",
            "The claim comes from the same phone with another User-Agent: odd, and not enough to hold a small amount.",
            [PAID],
            lambda case: case.claims[0]["client"].update(user_agent=OTHER_PHONE),
        ),
    ),
    Pair(
        first_seen_later,
        Side(
            "network-second-phone-before-the-order",
            "The claim comes from a second phone that the account used the day before the order.",
            [PAID],
        ),
        Side(
            "network-second-phone-after-delivery",
            "The claim comes from a second phone that first appeared after the goods were delivered.",
            [PAID],
            lambda case: case.move("second", HOUR),
        ),
    ),
    Pair(
        at_home,
        Side(
            "network-traveller-at-home",
            "The account has been used from one town for weeks, and so is the claim.",
            [PAID],
        ),
        Side(
            "network-traveller-abroad",
            "The account has been used from one town for weeks; the claim comes from Sweden, on the usual phone: a traveller.",
            [PAID],
            lambda case: case.claims[0]["client"].update(ip=SWEDEN.format(113)),
        ),
    ),
]
