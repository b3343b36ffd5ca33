package renderer

import (
	"encoding/json"
	"math/big"
	"strconv"

	"samtjanst/forms"
)

// Rows with prices and their sum. The page comes with the sum of what is stored; script keeps it as one chooses. It tells what
// something costs: what is to be paid the process reckons itself.

// maxPrice bounds a price and a sum, in öre: more is no fee.
const maxPrice = 1 << 50

func ore(price string) (int64, bool) {
	n, err := strconv.ParseInt(price, 10, 64)
	return n, err == nil && n > -maxPrice && n < maxPrice
}

// priceBoxes compiles things to choose, each with its price.
func (b *builder) priceBoxes(c control, options []forms.Option) {
	b.openChoice(c, "st-field--prices", options)
	b.s(`<div class="st-prices" data-prices><div class="st-choices">`)
	held, prices := make([]func(any) bool, len(options)), make([]int64, len(options))
	for i, o := range options {
		held[i] = holdsOption(o)
		n, ok := ore(o.Price)
		if !ok {
			b.option(c, i, o, "checkbox")
			continue
		}
		prices[i] = n
		b.s(`<div class="st-price">`)
		b.option(c, i, o, "checkbox", ` data-price="`, strconv.FormatInt(n, 10), `"`)
		b.amount(n)
		b.s(`</div>`)
	}
	b.s(`</div>`)
	b.sum(func(f *frame) int64 {
		list, _ := f.cur.value.([]any)
		var sum int64
		for i, is := range held {
			for _, v := range list {
				if is(v) {
					sum += prices[i]
					break
				}
			}
		}
		return sum
	})
	b.s(`</div></fieldset>`)
}

// amount adds a price, where it stands in its column.
func (b *builder) amount(n int64) {
	b.s(`<span class="st-price__amount">`)
	b.e(b.locale.Money(n))
	b.s(`</span>`)
}

// sum is the hole for the row with the sum.
func (b *builder) sum(of func(*frame) int64) {
	b.s(`<p class="st-price st-price--sum"><span>`)
	b.t("form.sum")
	b.s(`</span><output class="st-price__amount" data-sum="`)
	b.e(b.locale.Money(123456)) // how the language writes money, for the script
	b.s(`">`)
	b.hole(func(dst []byte, f *frame) []byte { return escape(dst, f.locale.Money(of(f))) })
	b.s(`</output></p>`)
}

// priceGroup compiles how many of each, with the price of one beside.
func (b *builder) priceGroup(c control) {
	b.onDemand(c, func(b *builder) {
		b.frame(c, "st-group st-field--prices", func(b *builder) {
			type item struct {
				name  string
				price int64
			}
			var items []item
			b.s(`<div class="st-prices" data-prices>`)
			for _, f := range c.Children() {
				n, ok := ore(f.Price)
				if !ok || f.Kind != forms.NumberField {
					b.child(f, c)
					continue
				}
				items = append(items, item{f.Pointer.Last(), n})
				b.s(`<div class="st-price" data-each="`, strconv.FormatInt(n, 10), `">`)
				b.child(f, c)
				b.s(`<span class="st-price__amount">`)
				b.t("form.price-each", "price", b.locale.Money(n))
				b.s(`</span></div>`)
			}
			b.sum(func(f *frame) int64 {
				object, _ := f.cur.value.(map[string]any)
				var sum int64
				for _, it := range items {
					sum += times(it.price, object[it.name])
				}
				return sum
			})
			b.s(`</div>`)
		})
	})
}

// times is the price of so many, in whole öre, 0 for what is no number of them.
func times(price int64, count any) int64 {
	n, ok := count.(json.Number)
	if !ok {
		return 0
	}
	r, ok := bound(string(n))
	if !ok {
		return 0
	}
	r.Mul(r, big.NewRat(price, 1))
	whole := new(big.Int).Quo(r.Num(), r.Denom())
	if !whole.IsInt64() || whole.CmpAbs(big.NewInt(maxPrice)) > 0 {
		return 0
	}
	return whole.Int64()
}
