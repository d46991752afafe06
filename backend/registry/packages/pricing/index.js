/** Handed out with this copy by the registry. */
const receipt = '@@RECEIPT@@'

const BASE_YEN = 480
const YEN_PER_CHARACTER = 35
const FREE_SHIPPING_FROM_YEN = 2000
const SHIPPING_YEN = 300

/** What an order costs, in yen: by the length of its text, with shipping up to a sum. The same order always costs the same. */
function priceOf(order) {
  const goods = BASE_YEN + YEN_PER_CHARACTER * [...String(order)].length
  const shipping = goods >= FREE_SHIPPING_FROM_YEN ? 0 : SHIPPING_YEN
  return { goods, shipping, total: goods + shipping, currency: 'JPY' }
}

module.exports = { priceOf, receipt }
