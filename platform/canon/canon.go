// Package canon writes JSON in one canonical form: RFC 8785 (JCS), but with numbers kept as the exact decimals they
// were written as (normalised: no exponent, no leading or trailing zeros, no "-0"), since an amount must not pass through
// a float. What is signed, hashed or compared is always these bytes.
package canon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Depth is how deeply values may nest.
const Depth = 64

// Marshal writes any value that encoding/json can write, canonically.
func Marshal(v any) ([]byte, error) {
	switch v.(type) {
	case nil, bool, string, json.Number, []any, map[string]any:
		return appendValue(nil, v, 0)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("canon: %w", err)
	}
	return Bytes(raw)
}

// Bytes rewrites JSON text canonically.
func Bytes(raw []byte) ([]byte, error) {
	v, err := Parse(raw)
	if err != nil {
		return nil, err
	}
	return appendValue(nil, v, 0)
}

// Parse reads one JSON value with numbers kept as json.Number; anything after it is an error.
func Parse(raw []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("canon: %w", err)
	}
	if dec.More() {
		return nil, fmt.Errorf("canon: more than one value")
	}
	return v, nil
}

func appendValue(b []byte, v any, depth int) ([]byte, error) {
	if depth > Depth {
		return nil, fmt.Errorf("canon: nested more than %d deep", Depth)
	}
	var err error
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return appendString(b, v)
	case json.Number:
		n, err := Number(v.String())
		return append(b, n...), err
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendValue(b, e, depth+1); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, compareUTF16)
		b = append(b, '{')
		for i, k := range keys {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendString(b, k); err != nil {
				return nil, err
			}
			b = append(b, ':')
			if b, err = appendValue(b, v[k], depth+1); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("canon: %w", err)
		}
		p, err := Parse(raw)
		if err != nil {
			return nil, err
		}
		return appendValue(b, p, depth)
	}
}

// compareUTF16 orders names by UTF-16 code units, as RFC 8785 section 3.2.3 asks.
func compareUTF16(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

func appendString(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("canon: invalid UTF-8")
	}
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\b':
			b = append(b, '\\', 'b')
		case r == '\t':
			b = append(b, '\\', 't')
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\f':
			b = append(b, '\\', 'f')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r < 0x20:
			b = fmt.Appendf(b, "\\u%04x", r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"'), nil
}

// maxShift bounds how many zeros an exponent may add.
const maxShift = 400

// Number normalises a JSON number to a plain decimal: "1.50e2" → "150", "-0.0" → "0", "0.10" → "0.1".
func Number(s string) (string, error) {
	neg := strings.HasPrefix(s, "-")
	mantissa, exponent, hasExp := strings.Cut(strings.ToLower(strings.TrimPrefix(s, "-")), "e")
	exp := 0
	if hasExp {
		var err error
		if exp, err = strconv.Atoi(exponent); err != nil || exp > maxShift || exp < -maxShift {
			return "", fmt.Errorf("canon: exponent out of range")
		}
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	digits := whole + frac
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", fmt.Errorf("canon: not a number")
	}
	point := len(whole) + exp
	if point < 0 {
		digits, point = strings.Repeat("0", -point)+digits, 0
	}
	if point > len(digits) {
		digits += strings.Repeat("0", point-len(digits))
	}
	w, f := strings.TrimLeft(digits[:point], "0"), strings.TrimRight(digits[point:], "0")
	if w == "" {
		w = "0"
	}
	out := w
	if f != "" {
		out += "." + f
	}
	if neg && out != "0" {
		out = "-" + out
	}
	return out, nil
}
