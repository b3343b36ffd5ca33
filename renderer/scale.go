package renderer

import (
	"encoding/json"
	"math/big"

	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// maxScale is how many steps a scale can have and still be one row.
const maxScale = 11

// scale gives the steps of a number's scale, from its minimum to its maximum; nil when it has no ends or too many steps.
func scale(f *forms.Field) []forms.Option {
	low, ok := bound(f.Minimum)
	high, okHigh := bound(f.Maximum)
	if !ok || !okHigh {
		return nil
	}
	step := big.NewRat(1, 1)
	if f.MultipleOf != "" {
		if step, ok = bound(f.MultipleOf); !ok || step.Sign() <= 0 {
			return nil
		}
	}
	var out []forms.Option
	for at := new(big.Rat).Set(low); at.Cmp(high) <= 0; at = new(big.Rat).Add(at, step) {
		if len(out) == maxScale {
			return nil
		}
		places, exact := at.FloatPrec()
		if !exact {
			return nil
		}
		n := json.Number(at.FloatString(places))
		text := answers.Text(f, n)
		out = append(out, forms.Option{Value: text, JSON: json.RawMessage(n), Label: forms.Text{"sv": text, "en": text}})
	}
	return out
}

func bound(s string) (*big.Rat, bool) {
	if s == "" || len(s) > answers.MaxDigits {
		return nil, false
	}
	for _, c := range s {
		if c == 'e' || c == 'E' || c == '/' {
			return nil, false
		}
	}
	return new(big.Rat).SetString(s)
}

// rating compiles a scale: one row of choices, of which the first and the last say what they mean.
func (b *builder) rating(c control, options []forms.Option) {
	b.openChoice(c, "st-field--rating", options)
	b.s(`<div class="st-choices st-rating">`)
	for i, o := range options {
		switch {
		case i == 0 && !c.Prefix.IsZero():
			o.Hint = c.Prefix
		case i == len(options)-1 && !c.Suffix.IsZero():
			o.Hint = c.Suffix
		}
		b.option(c, i, o, "radio")
	}
	if c.Kind == forms.NumberField {
		b.offScale(c, options)
	}
	b.unchoose(c, options)
	b.s(`</div></fieldset>`)
}

// offScale is the hole for a number that is stored and stands at none of the scale's steps: it is shown, chosen, so that it is not lost.
func (b *builder) offScale(c control, options []forms.Option) {
	b.hole(func(dst []byte, f *frame) []byte {
		text := shownText(c.Field, f)
		if text == "" || c.WriteOnly {
			return dst
		}
		for _, o := range options {
			if o.Value == text {
				return dst
			}
		}
		id := optionSuffix(c, len(options))
		dst = append(dst, `<div class="ds-field"><input class="ds-input" type="radio" id="`...)
		dst = c.appendID(dst, f, id)
		dst = append(dst, `" name="`...)
		dst = append(dst, prefix(answers.Control)...)
		dst = c.at.appendName(dst, f)
		dst = append(dst, `" value="`...)
		dst = escape(dst, text)
		dst = append(dst, `" checked><label class="ds-label" for="`...)
		dst = c.appendID(dst, f, id)
		dst = append(dst, `">`...)
		dst = escape(dst, text)
		return append(dst, `</label></div>`...)
	})
}
