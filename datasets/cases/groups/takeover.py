"""Taken-over accounts: the owner is the victim, so the original payment is a safe place for the money."""

from scenario import ABROAD, DAY, HOUR, Case, Pair, Side, approve, money, original, purchase, review

PRICE = money(9800)


def taken_over(case: Case, host: int, kind: str) -> None:
    """A key lies unopened; a stranger logs in from abroad, the account is changed, the money is asked for elsewhere.

    Where the change itself came from is not known, so that its time is all that it tells.
    """
    purchase(case, PRICE, upto="delivered")
    stranger = case.stranger(ABROAD.format(host))
    case.activity("login-stranger", 2 * HOUR - 60, "LOGIN", stranger)
    case.activity("changed", 2 * HOUR, kind, None)
    claim = case.claim("UNAUTHORISED", PRICE)
    claim.update(destination=case.elsewhere(), client=stranger)


def payout_changed(case: Case) -> None:
    """The payout destination was changed an hour before the claim."""
    taken_over(case, 217, "PAYOUT_CHANGED")


def password_changed(case: Case) -> None:
    """The password was changed an hour before the claim."""
    taken_over(case, 218, "PASSWORD_CHANGED")


def to_original(case: Case) -> None:
    """The payout destination was changed, but the money is to go back to the payment."""
    taken_over(case, 219, "PAYOUT_CHANGED")
    case.claims[0].update(destination=original())


def new_payout(case: Case) -> None:
    """A cheap key that does not work; the money is to go to another account of the buyer, set up the day before."""
    price = money(3000)
    case.activity("changed", -DAY, "PAYOUT_CHANGED", case.buyer.client())
    purchase(case, price)
    claim = case.claim("KEY_INVALID", price, shows="ACTIVATION_ERROR")
    claim["destination"] = case.elsewhere()


PAIRS = [
    Pair(
        payout_changed,
        Side(
            "takeover-to-other-account",
            "New device, other country, payout changed an hour ago, and the money is to go there.",
            [review("takeover_elsewhere")],
        ),
        Side(
            "takeover-to-original-route",
            "The account looks taken over, but the money of the unopened key goes back to the owner's payment.",
            [approve("takeover_original_route", 9800)],
            lambda case: case.claims[0].update(destination=original()),
        ),
    ),
    Pair(
        password_changed,
        Side(
            "takeover-password-changed-an-hour-ago",
            "New device, other country, password changed an hour ago, and the money is to go elsewhere.",
            [review("takeover_elsewhere")],
        ),
        Side(
            "takeover-password-changed-long-ago",
            "New device and other country, but the password is two months old: perhaps a traveller with a new phone.",
            [review("needs_review")],
            lambda case: case.move("changed", -60 * DAY),
        ),
    ),
    Pair(
        to_original,
        Side(
            "takeover-goods-unopened",
            "The unauthorised order's key was never opened and can be sold again.",
            [approve("takeover_original_route", 9800)],
        ),
        Side(
            "takeover-goods-opened",
            "The unauthorised order's key was opened by the stranger: the goods are gone and a person decides.",
            [review("takeover_opened")],
            lambda case: case.view(at=2 * HOUR + 300, client=case.stranger(ABROAD.format(219))),
        ),
    ),
    Pair(
        new_payout,
        Side(
            "takeover-payout-changed-yesterday",
            "From the usual phone, but to a receiving account that was set up yesterday.",
            [review("payout_changed_lately")],
        ),
        Side(
            "takeover-payout-changed-last-month",
            "From the usual phone, to a receiving account that was set up a month ago.",
            [approve("small_amount")],
            lambda case: case.move("changed", -30 * DAY),
        ),
    ),
]
