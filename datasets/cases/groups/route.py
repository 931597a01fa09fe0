"""Where the money goes: the original payment or elsewhere."""

from scenario import MINUTE, SECOND, Case, Pair, Side, approve, money, purchase, review

PRICE = money(9800)
SMALL = money(3000)


def small_invalid_key(case: Case) -> None:
    """A cheap key that does not work."""
    purchase(case, SMALL)
    case.claim("KEY_INVALID", SMALL, shows="ACTIVATION_ERROR")


def to_other_account(case: Case) -> None:
    """A key that does not work; the money is to go to another WeChat account, with a signed agreement."""
    purchase(case, PRICE)
    case.claim("KEY_INVALID", PRICE, shows="ACTIVATION_ERROR")["destination"] = case.elsewhere()


def charged_twice(case: Case) -> None:
    """A proven double charge."""
    purchase(case, PRICE)
    case.pay(PRICE, at=MINUTE + 40 * SECOND, transaction="again")
    case.claim("CHARGED_TWICE", PRICE)


PAIRS = [
    Pair(
        small_invalid_key,
        Side(
            "route-original",
            "A small refund goes back to the payment.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "route-other-account-small",
            "A small refund goes to another WeChat account under a signed agreement, for a fee.",
            [approve("small_amount")],
            lambda case: case.claims[0].update(destination=case.elsewhere()),
        ),
    ),
    Pair(
        to_other_account,
        Side(
            "route-other-account-with-agreement",
            "The money is to go to another WeChat account and the route-change agreement is signed.",
            [review("needs_review")],
        ),
        Side(
            "route-other-account-without-agreement",
            "The money is to go to another WeChat account and nothing is signed.",
            [review("route_agreement_missing")],
            lambda case: case.claims[0]["destination"].update(agreement_signed=False),
        ),
    ),
    Pair(
        charged_twice,
        Side(
            "route-proven-to-original",
            "A proven double charge goes back to the payment at once.",
            [approve("charged_twice", 9800)],
        ),
        Side(
            "route-proven-to-other-account",
            "A proven double charge is to go to another account: a person checks whose it is.",
            [review("proof_other_route")],
            lambda case: case.claims[0].update(destination=case.elsewhere()),
        ),
    ),
]
