package vault

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// encodeDraft writes a draft as JSON. Of a save of a thousand rows encoding/json would be most of the time, so the answers, whose few types
// are known, are written by hand.
func encodeDraft(d *Draft) ([]byte, error) {
	type plain Draft
	rest, err := json.Marshal(struct {
		*plain
		Answers *struct{} `json:"answers,omitempty"` // in place of the draft's: left out
	}{plain: (*plain)(d)})
	if err != nil {
		return nil, err
	}
	out, err := appendValue(append(make([]byte, 0, 2*len(rest)+4096), `{"answers":`...), d.Answers)
	if err != nil {
		return nil, err
	}
	return append(append(out, ','), rest[1:]...), nil
}

// appendValue writes a JSON value of the types that answers have; anything else as encoding/json does. Keys are in no order.
func appendValue(b []byte, v any) ([]byte, error) {
	switch x := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		if x {
			return append(b, "true"...), nil
		}
		return append(b, "false"...), nil
	case string:
		return appendText(b, x)
	case json.Number:
		if plain(x) {
			return append(b, x...), nil
		}
	case map[string]any:
		if x == nil {
			return append(b, "null"...), nil
		}
		return appendObject(b, x)
	case []any:
		if x == nil {
			return append(b, "null"...), nil
		}
		b = append(b, '[')
		for i, e := range x {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = appendValue(b, e); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	}
	return appendOther(b, v)
}

// plain reports whether a number is JSON at a glance: digits, with a point among them and a minus before them or not.
func plain(n json.Number) bool {
	whole, part, pointed := strings.Cut(strings.TrimPrefix(string(n), "-"), ".")
	digits := func(s string) bool {
		return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
	}
	return digits(whole) && (whole == "0" || whole[0] != '0') && (!pointed || digits(part))
}

func appendObject(b []byte, object map[string]any) ([]byte, error) {
	b = append(b, '{')
	first := true
	for k, e := range object {
		if !first {
			b = append(b, ',')
		}
		first = false
		var err error
		if b, err = appendText(b, k); err != nil {
			return nil, err
		}
		if b, err = appendValue(append(b, ':'), e); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendText(b []byte, s string) ([]byte, error) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return appendOther(b, s)
		}
	}
	if !utf8.ValidString(s) {
		return appendOther(b, s)
	}
	return append(append(append(b, '"'), s...), '"'), nil
}

func appendOther(b []byte, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	return append(b, raw...), err
}
