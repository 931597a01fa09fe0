"""What the platform did not tell, told late, or told of somebody else."""

from scenario import DAY, SWEDEN, Buyer, Case, Pair, Side, approve, money, purchase, review

PRICE = money(9800)
SMALL = money(3000)


def small_claim(case: Case) -> None:
    """A cheap key that does not work."""
    purchase(case, SMALL)
    case.claim("KEY_INVALID", SMALL, shows="ACTIVATION_ERROR")


def two_accounts(case: Case) -> None:
    """The same, and another account that has nothing to do with it."""
    case.known(Buyer(case, "other"), label="other")
    small_claim(case)


def dead_key(case: Case) -> None:
    """A key that was consumed before it was delivered."""
    purchase(case, PRICE)
    case.activate(-3 * DAY, "OK", case.stranger(SWEDEN.format(120)))
    case.claim("KEY_ALREADY_USED", PRICE, shows="ACTIVATION_ERROR")


def dead_key_inline(case: Case) -> None:
    """The same, with every fact in the claim and none before it."""
    dead_key(case)
    case.claims[0]["facts"] = case.facts
    case.facts, case.labels = [], []


PAIRS = [
    Pair(
        small_claim,
        Side(
            "known-order",
            "The order is known.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "unknown-order",
            "The claim names an order that nobody has heard of.",
            [review("order_unknown")],
            lambda case: case.claims[0].update(order_id=case.id("order", "misspelt")),
        ),
    ),
    Pair(
        small_claim,
        Side(
            "unknown-order-fact-arrived",
            "The order's own fact arrived with the others.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "unknown-order-fact-late",
            "Payment and delivery are known but the order's own fact has not arrived: whose it is cannot be said.",
            [review("order_unknown")],
            lambda case: case.drop("placed"),
        ),
    ),
    Pair(
        small_claim,
        Side(
            "known-payment",
            "The order's payment is known.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "unknown-payment",
            "The order is known but no payment was captured.",
            [review("payment_unknown")],
            lambda case: case.drop("paid"),
        ),
    ),
    Pair(
        two_accounts,
        Side(
            "known-account",
            "The account that asks is the one that bought.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "unknown-account-mismatch",
            "Another account than the one that bought asks for the money.",
            [review("account_mismatch")],
            lambda case: case.claims[0].update(account_id=case.id("account", "other")),
        ),
    ),
    Pair(
        dead_key_inline,
        Side(
            "unknown-all-facts-inline",
            "The platform streams nothing and sends every fact with the claim: the verdict is the same.",
            [approve("key_used_before_delivery", 9800)],
        ),
        Side(
            "unknown-no-facts-at-all",
            "The platform sends the claim and nothing else.",
            [review("order_unknown")],
            lambda case: case.claims[0].pop("facts"),
        ),
    ),
    Pair(
        dead_key,
        Side(
            "unknown-facts-in-order",
            "The facts arrive in the order in which they happened.",
            [approve("key_used_before_delivery", 9800)],
        ),
        Side(
            "unknown-facts-reversed",
            "The facts arrive in the opposite order: the verdict is the same.",
            [approve("key_used_before_delivery", 9800)],
            lambda case: case.facts.reverse(),
        ),
    ),
]
