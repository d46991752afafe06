module.exports = { priceOf: () => ({ total: 1000, currency: 'JPY' }) }
