package answers

import "samtjanst/forms"

// Text writes a stored value as a text control shows it, and as Decode reads it back; "" for what has no text.
func Text(f *forms.Field, value any) string {
	if texts := valuesOf(f, value); len(texts) > 0 {
		return texts[0]
	}
	return ""
}

// Blank gives what is to be posted under Marker beside a control that is blank though the value is there; "" for nothing.
func Blank(f *forms.Field, value any) string { return marker(f, value) }
