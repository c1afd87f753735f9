-- One row per offer and customer who is eligible for it, with the first reason against, if any.
-- Gates for credit offers come first, in this order; never age, gender, place or retirement. Hardship
-- suppresses selling, never service.
with gated as not materialized (
  select
    user_id,
    annual_income_usd,
    total_debt_usd,
    credit_score,
    credit_cards,
    valid_cards_without_chip,
    valid_cards_without_chip_later,
    valid_credit_cards,
    valid_other_cards,
    expired_credit_cards,
    cards_expiring_soon,
    cards_expiring_soon_in_use,
    credit_limit_valid_usd,
    balance_valid_usd,
    first_credit_opened_on,
    utilisation,
    is_retired,
    years_to_retirement,
    is_premium,
    is_assistance,
    case
      when is_assistance then {{excluded_because: in the assistance audience}}
      when annual_income_usd < {{credit_offer.income_min_usd}} then {{excluded_because: income below the minimum}}
      when credit_score < {{credit_offer.score_min}} then {{excluded_because: credit score below the minimum}}
      when debt_to_income > {{credit_offer.debt_ratio_max}} then {{excluded_because: debt to income above the maximum}}
      when annual_income_usd is null or credit_score is null or debt_to_income is null
        then {{excluded_because: income, credit score or debt missing}}
    end as credit_gate
  from customer_profile
),

premium_upgrade as (
  select
    user_id,
    {{offer: premium-upgrade}} as offer,
    {{reason: premium audience with a valid credit card}} as reason,
    credit_gate as excluded_because
  from gated
  where is_premium and valid_credit_cards > 0
),

hardship_outreach as (
  select
    user_id,
    {{offer: hardship-outreach}} as offer,
    {{reason: in the assistance audience}} as reason,
    case
      when annual_income_usd < {{credit_offer.income_min_usd}} then {{excluded_because: income too low to be a true figure}}
    end as excluded_because
  from gated
  where is_assistance
),

card_renewal as (
  select
    user_id,
    {{offer: card-renewal}} as offer,
    {{reason: a valid card expires soon}} as reason,
    case
      when cards_expiring_soon_in_use = 0 then {{excluded_because: every such card expires in the month it was opened}}
    end as excluded_because
  from gated
  where cards_expiring_soon > 0
),

chip_upgrade as (
  select
    user_id,
    {{offer: chip-upgrade}} as offer,
    {{reason: a valid card has no chip}} as reason,
    case
      when valid_cards_without_chip_later = 0 then {{excluded_because: a renewal replaces the card soon}}
    end as excluded_because
  from gated
  where valid_cards_without_chip > 0
),

first_credit_card as (
  select
    user_id,
    {{offer: first-credit-card}} as offer,
    {{reason: a valid debit or prepaid card and no credit card on file}} as reason,
    credit_gate as excluded_because
  from gated
  where valid_other_cards > 0 and credit_cards = 0
),

credit_card_return as (
  select
    user_id,
    {{offer: credit-card-return}} as offer,
    {{reason: credit cards on file, all expired}} as reason,
    credit_gate as excluded_because
  from gated
  where credit_cards > 0 and expired_credit_cards = credit_cards
),

credit_line_review as (
  select
    user_id,
    {{offer: credit-line-review}} as offer,
    {{reason: valid credit limit is small beside the income}} as reason,
    case
      when credit_gate is not null then credit_gate
      when credit_score < {{credit_line_review.score_min}} then {{excluded_because: credit score below the review minimum}}
      when first_credit_opened_on >= {{as_of_minus(credit_line_review.opened_months)}}
        then {{excluded_because: credit cards opened too recently}}
      when {{has(cards.opened_on)}} and first_credit_opened_on is null then {{excluded_because: opening month missing}}
      -- no gate is in the way of that, or the first line would have said so
      when is_premium and valid_credit_cards > 0 then {{excluded_because: already in premium-upgrade}}
      when {{has(utilisation)}} and utilisation is null then {{excluded_because: utilisation missing}}
      when {{has(utilisation)}} and (
        utilisation < {{credit_line_review.utilisation_min}}
        or utilisation > {{credit_line_review.utilisation_max}}
      ) then {{excluded_because: utilisation outside the bounds}}
    end as excluded_because
  from gated
  where credit_limit_valid_usd > 0
    and credit_limit_valid_usd < {{credit_line_review.limit_share}} * annual_income_usd
),

balance_transfer as (
  select
    user_id,
    {{offer: balance-transfer}} as offer,
    {{reason: debt elsewhere and unused limit here}} as reason,
    credit_gate as excluded_because
  from gated
  where total_debt_usd > balance_valid_usd
    and credit_limit_valid_usd - balance_valid_usd >= {{balance_transfer.headroom_min_usd}}
    and utilisation < {{balance_transfer.utilisation_max}}
),

retirement_information as (
  select
    user_id,
    {{offer: retirement-information}} as offer,
    {{reason: retires within the years}} as reason,
    case when is_assistance then {{excluded_because: in the assistance audience}} end as excluded_because
  from gated
  where not is_retired
    -- whoever works past the retirement age is due now
    and years_to_retirement <= {{retirement_information.years}}
)

select user_id, offer, reason, excluded_because from hardship_outreach
union all
select user_id, offer, reason, excluded_because from card_renewal
union all
select user_id, offer, reason, excluded_because from chip_upgrade
union all
select user_id, offer, reason, excluded_because from first_credit_card
union all
select user_id, offer, reason, excluded_because from credit_card_return
union all
select user_id, offer, reason, excluded_because from premium_upgrade
union all
select user_id, offer, reason, excluded_because from credit_line_review
union all
select user_id, offer, reason, excluded_because from balance_transfer
union all
select user_id, offer, reason, excluded_because from retirement_information
