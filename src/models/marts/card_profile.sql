-- One row per card: the card as its file states it, and its state on the as-of date.
with dated as (
  select
    cards.card_id,
    cards.user_id,
    users.user_id is not null as has_customer,
    cards.brand,
    cards.type,
    cards.credit_limit_usd,
    cards.balance_usd,
    cards.opened_on,
    cards.expires_on,
    {{last_day(cards.expires_on)}} as last_valid_on,
    cards.has_chip,
    cards.plastics_issued,
    cards.pin_changed_year,
    cards.on_dark_web,
    cards.card_last4
  from cards
  -- users.user_id is a key, so that a card meets one customer at most
  left join users on users.user_id = cards.user_id
)

select
  card_id,
  user_id,
  has_customer,
  brand,
  type,
  credit_limit_usd,
  balance_usd,
  opened_on,
  expires_on,
  last_valid_on,
  has_chip,
  plastics_issued,
  pin_changed_year,
  on_dark_web,
  card_last4,
  case
    when last_valid_on < {{as_of}} then {{status: expired}}
    when last_valid_on < {{as_of_plus(expiry.months)}} then {{status: expiring}}
    when last_valid_on is not null then {{status: later}}
  end as status,
  last_valid_on >= {{as_of}} and last_valid_on <= {{last_day(as_of)}} as is_this_month,
  last_valid_on >= {{as_of}} and expires_on < {{as_of_month_plus(card_renewal.months)}} as expires_soon,
  coalesce(opened_on > {{as_of}}, false) as is_not_yet_opened,
  -- a card without an opening month is taken as opened
  last_valid_on >= {{as_of}} and not coalesce(opened_on > {{as_of}}, false) as is_valid
from dated
