"""Other currencies: minor units, and the rate of the payment rather than of today."""

from scenario import Case, Pair, Side, approve, money, rate, reject, review

CNY = money(9800)
USD = money(1400, "USD")
AT_PAYMENT = rate("USD", "CNY", 7.0)


def yen(case: Case, amount: int, upto_delivery: bool) -> None:
    """An order in yen, paid by card."""
    case.known()
    case.place(money(amount, "JPY"))
    case.pay(money(amount, "JPY"), method="CARD", country="JP")
    if upto_delivery:
        case.deliver()
        case.view()
    else:
        case.neighbour()


def yen_undelivered(case: Case) -> None:
    """12,000 yen for nothing."""
    yen(case, 12000, upto_delivery=False)
    case.claim("NOT_DELIVERED", money(12000, "JPY"))


def yen_invalid_key(case: Case) -> None:
    """A key for 3,000 yen; a part is asked for."""
    yen(case, 3000, upto_delivery=True)
    case.claim("KEY_INVALID", money(800, "JPY"), shows="ACTIVATION_ERROR")


def dollars_for_yuan(case: Case) -> None:
    """An order of 98 CNY, paid with 14 USD at 7.0, never delivered; the buyer asks in CNY."""
    case.known()
    case.place(CNY)
    case.pay(USD, method="CARD", country="US", fx=AT_PAYMENT)
    case.neighbour()
    case.claim("NOT_DELIVERED", CNY)


def rate_today(case: Case) -> None:
    """The same, with today's rate, which is that of the payment."""
    dollars_for_yuan(case)
    case.claims[0]["fx_rate_today"] = rate("CNY", "USD", 0.142857)


PAIRS = [
    Pair(
        yen_undelivered,
        Side(
            "currency-yen-in-full",
            "A currency without minor units is refunded in full.",
            [approve("not_delivered", 12000)],
        ),
        Side(
            "currency-yen-one-above",
            "One yen more than was paid is asked for.",
            [reject("over_refund")],
            lambda case: case.claims[0].update(amount=money(12001, "JPY")),
        ),
    ),
    Pair(
        yen_invalid_key,
        Side(
            "currency-yen-small",
            "800 yen are worth less than 50 yuan.",
            [approve("small_amount", 800)],
        ),
        Side(
            "currency-yen-not-small",
            "3,000 yen are worth more than 50 yuan: a yen has no hundredths.",
            [review("needs_review")],
            lambda case: case.claims[0].update(amount=money(3000, "JPY")),
        ),
    ),
    Pair(
        rate_today,
        Side(
            "currency-rate-unchanged",
            "98 CNY were paid with 14 USD and the rate has not moved.",
            [approve("not_delivered", 1400)],
        ),
        Side(
            "currency-rate-moved",
            "98 CNY were paid with 14 USD and would be 14.41 USD today: the buyer gets the 14 USD that were paid.",
            [approve("not_delivered", 1400)],
            lambda case: case.claims[0].update(fx_rate_today=rate("CNY", "USD", 0.147059)),
        ),
    ),
    Pair(
        dollars_for_yuan,
        Side(
            "currency-asks-in-order-currency",
            "The buyer paid in USD and asks in the order's CNY: it is worth what was paid.",
            [approve("not_delivered", 1400)],
        ),
        Side(
            "currency-asks-in-third-currency",
            "The buyer asks in EUR, which is neither the payment's currency nor the order's.",
            [review("amount_not_comparable")],
            lambda case: case.claims[0].update(amount=money(1300, "EUR")),
        ),
    ),
    Pair(
        dollars_for_yuan,
        Side(
            "currency-asks-for-dollars-paid",
            "The buyer asks for the 14 USD that were paid.",
            [approve("not_delivered", 1400)],
            lambda case: case.claims[0].update(amount=USD),
        ),
        Side(
            "currency-asks-for-todays-dollars",
            "The buyer asks for the 14.41 USD that the price would be today.",
            [reject("over_refund")],
            lambda case: case.claims[0].update(amount=money(1441, "USD")),
        ),
    ),
]
