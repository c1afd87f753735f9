import {
  cardNumberField,
  categoryField,
  defineTable,
  flagField,
  idField,
  integerField,
  monthField,
  usdField,
} from "./tables.ts";

export const cards = defineTable({
  name: "cards",
  grain: "one row per card",
  key: "card_id",
  domain: ["brand", "type", "credit_limit_usd", "balance_usd", "expires_on"],
  fields: {
    card_id: idField("Card", "Key of the card; never its number.", {
      aliases: ["id", "cardid", "card", "card_key", "account_id", "card_index"],
    }),
    user_id: idField("Customer", "Owner of the card; refers to users.user_id.", {
      aliases: [
        "client_id",
        "main_id",
        "customer_id",
        "cust_id",
        "user",
        "client",
        "customer",
        "userid",
        "customerid",
        "clientid",
        "owner_id",
        "customer_no",
        "customer_number",
        "member_id",
      ],
    }),
    brand: categoryField("Brand", "Payment network.", {
      aliases: [
        "card_brand",
        "network",
        "scheme",
        "card_network",
        "card_scheme",
        "issuer_network",
        "card_type",
      ],
      categories: {
        Amex: ["amex", "americanexpress"],
        Discover: ["discover"],
        Mastercard: ["mastercard", "mc"],
        Visa: ["visa"],
      },
      open: true,
    }),
    type: categoryField("Type", "credit, debit or prepaid; decides whether a limit is credit exposure.", {
      aliases: ["card_type", "card_kind", "card_category", "product_type", "card_product"],
      categories: {
        credit: ["credit", "creditcard"],
        debit: ["debit", "debitcard"],
        prepaid: [
          "prepaid",
          "debitprepaid",
          "prepaiddebit",
          "prepaidcard",
          "prepaiddebitcard",
          "debitprepaidcard",
        ],
      },
    }),
    credit_limit_usd: usdField(
      "Credit limit",
      "Limit in USD; credit exposure only on credit cards. 0 is legal.",
      {
        aliases: ["credit_limit", "limit", "card_limit", "creditlimit", "limit_usd", "credit_line"],
        possible: [0, 1e9],
      },
    ),
    balance_usd: usdField(
      "Balance",
      "Outstanding balance in USD; negative when the issuer owes the customer.",
      {
        aliases: [
          "outstanding_balance",
          "balance",
          "current_balance",
          "card_balance",
          "outstanding",
          "amount_owed",
        ],
      },
    ),
    opened_on: monthField("Opened", "Month in which the account was opened (its first day).", {
      aliases: [
        "acct_open_date",
        "open_date",
        "opened",
        "account_open_date",
        "date_opened",
        "opening_date",
        "issue_date",
      ],
    }),
    expires_on: monthField("Expires", "Last month in which the card is valid (its first day).", {
      aliases: [
        "expires",
        "expiration_date",
        "expiry_date",
        "expiry",
        "expiration",
        "exp_date",
        "valid_thru",
        "valid_until",
      ],
    }),
    has_chip: flagField("Chip", "Whether the card carries a chip.", {
      aliases: ["chip", "is_chip", "emv_chip"],
    }),
    plastics_issued: integerField("Plastics issued", "How often a plastic was issued for the account.", {
      aliases: ["num_cards_issued", "cards_issued", "number_of_cards_issued"],
      possible: [0, 10_000],
    }),
    pin_changed_year: integerField("PIN changed", "Year in which the PIN was last changed.", {
      aliases: ["year_pin_last_changed", "pin_last_changed", "pin_year", "year_pin_changed"],
      possible: [1950, 2100],
    }),
    on_dark_web: flagField("On dark web", "Whether the card was found on the dark web.", {
      aliases: ["card_on_dark_web", "dark_web", "found_on_dark_web"],
    }),
    card_last4: cardNumberField(
      "Last four digits",
      "Last four digits of the card number; missing where rounded.",
      {
        aliases: [
          "card_number",
          "cardnumber",
          "card_no",
          "pan",
          "card_num",
          "last4",
          "card_last_4",
          "last_four",
        ],
      },
    ),
  },
});

export type CardColumn = keyof typeof cards.fields & string;
