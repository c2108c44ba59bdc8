// Made-up house sales with the columns of the real ones, the same rows every time, for where the data cannot be had.

import { createRandom, type Random } from '#core/training/random.ts'

const SEED = 'house-price synthetic sample'
const SALES = 1_600
const HOMES = 100
/** Zip codes of the county: 98101 and the next ones. */
const FIRST_ZIPCODE = 98_101
const ZIPCODES = 30
const LARGEST_GRADE = 13

const COUNTS = [
  ...['ppltn_qty', 'urbn_ppltn_qty', 'sbrbn_ppltn_qty', 'farm_ppltn_qty', 'non_farm_qty'],
  ...['medn_hshld_incm_amt', 'medn_incm_per_prsn_amt', 'hous_val_amt', 'edctn_less_than_9_qty'],
  ...['edctn_9_12_qty', 'edctn_high_schl_qty', 'edctn_some_clg_qty', 'edctn_assoc_dgre_qty'],
  ...['edctn_bchlr_dgre_qty', 'edctn_prfsnl_qty'],
]
const SHARES = [
  ...['per_urbn', 'per_sbrbn', 'per_farm', 'per_non_farm', 'per_less_than_9', 'per_9_to_12'],
  ...['per_hsd', 'per_some_clg', 'per_assoc', 'per_bchlr', 'per_prfsnl'],
]
const DEMOGRAPHICS = [...COUNTS, ...SHARES]

/** What the customer's model takes of the home itself. */
const BASIC_HOME_FEATURES = [
  ...['bedrooms', 'bathrooms', 'sqft_living', 'sqft_lot', 'floors', 'sqft_above'],
  'sqft_basement',
]

type Home = Readonly<Record<string, number>>

interface Area {
  readonly zipcode: number
  /** 0 … 1. */
  readonly wealth: number
  readonly lat: number
  readonly long: number
  readonly figures: Home
}

export function makeSyntheticFiles(): ReadonlyMap<string, Blob> {
  const random = createRandom(SEED)
  const areas = Array.from({ length: ZIPCODES }, (_, place) => makeArea(place, random.split(place)))
  const draws = random.split('sales')
  const sales = Array.from({ length: SALES }, (_, row) => {
    const area = areas[draws.below(areas.length)] as Area
    const home = makeHome(area, draws)
    const date = `201${4 + (row % 2)}0${1 + (row % 9)}15T000000`
    return { id: 1_000_000 + row, date, price: priceOf(home, area, draws), ...home }
  })
  const others = random.split('homes')
  const homes = Array.from({ length: HOMES }, () => {
    return makeHome(areas[others.below(areas.length)] as Area, others)
  })
  const demographics = areas.map(({ zipcode, figures }) => ({ ...figures, zipcode }))
  const features = JSON.stringify([...BASIC_HOME_FEATURES, ...DEMOGRAPHICS])
  return new Map([
    ['kc_house_data.csv', toCsv(sales)],
    ['zipcode_demographics.csv', toCsv(demographics)],
    ['future_unseen_examples.csv', toCsv(homes)],
    ['model_features.json', new Blob([features])],
  ])
}

function makeArea(place: number, random: Random): Area {
  const wealth = random.next()
  const people = 8_000 + random.below(40_000)
  const figures: Record<string, number> = {}
  for (const name of COUNTS) figures[name] = Math.round(people * random.next() * 0.3)
  for (const name of SHARES) figures[name] = random.below(30)
  figures['ppltn_qty'] = people
  figures['medn_hshld_incm_amt'] = Math.round(35_000 + 60_000 * wealth)
  figures['medn_incm_per_prsn_amt'] = Math.round(15_000 + 35_000 * wealth)
  figures['hous_val_amt'] = Math.round(120_000 + 350_000 * wealth)
  figures['per_bchlr'] = Math.round(8 + 35 * wealth)
  const lat = 47.2 + 0.5 * random.next()
  const long = -122.4 + 0.6 * random.next()
  return { zipcode: FIRST_ZIPCODE + place, wealth, lat, long, figures }
}

function makeHome({ zipcode, wealth, lat, long }: Area, random: Random): Home {
  const size = Math.exp(7.5 + 0.2 * wealth + 0.35 * random.normal())
  const living = Math.round(size / 10) * 10
  const basement = random.next() < 0.4 ? Math.round(living * 0.03) * 10 : 0
  const grade = Math.round(3.5 + Math.log(living / 400) * 2.3 + wealth + 0.7 * random.normal())
  const lot = Math.round(Math.exp(8.9 + 0.6 * random.normal()))
  return {
    bedrooms: Math.max(1, Math.round(1 + living / 900 + 0.7 * random.normal())),
    bathrooms: Math.max(1, Math.round((living / 950 + 0.4 * random.normal()) * 4) / 4),
    sqft_living: living,
    sqft_lot: lot,
    floors: 1 + random.below(4) / 2,
    waterfront: random.next() < 0.01 ? 1 : 0,
    view: random.next() < 0.1 ? 1 + random.below(4) : 0,
    condition: 3 + random.below(3),
    grade: Math.min(LARGEST_GRADE, Math.max(4, grade)),
    sqft_above: living - basement,
    sqft_basement: basement,
    yr_built: 1_900 + random.below(116),
    yr_renovated: random.next() < 0.05 ? 1_990 + random.below(25) : 0,
    zipcode,
    lat: round(lat + 0.02 * random.normal()),
    long: round(long + 0.02 * random.normal()),
    sqft_living15: Math.round(living * (0.85 + 0.3 * random.next())),
    sqft_lot15: Math.round(lot * (0.85 + 0.3 * random.next())),
  }
}

function priceOf(home: Home, { wealth }: Area, random: Random): number {
  const { sqft_living = 0, grade = 0, waterfront = 0, view = 0, yr_built = 0 } = home
  const log =
    6.6 +
    0.55 * Math.log(sqft_living) +
    0.15 * grade +
    0.9 * wealth +
    0.5 * waterfront +
    0.06 * view -
    0.001 * (yr_built - 1_950) +
    0.13 * random.normal()
  return Math.round(Math.exp(log) / 500) * 500
}

function round(degrees: number): number {
  return Math.round(degrees * 10_000) / 10_000
}

function toCsv(rows: readonly Readonly<Record<string, string | number>>[]): Blob {
  const names = Object.keys(rows[0] ?? {})
  const lines = rows.map((row) => names.map((name) => row[name]).join(','))
  return new Blob([[names.join(','), ...lines, ''].join('\n')])
}
