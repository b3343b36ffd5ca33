package answers

import "samtjanst/forms"

// Text writes a stored value as a control shows it, and as Decode reads it back: the text of a text control, the posted value of a
// choice; "" for what has no text.
func Text(f *forms.Field, value any) string {
	if texts := valuesOf(f, value); len(texts) > 0 {
		return texts[0]
	}
	return ""
}

// Texts are the posted values of the ticked boxes of a ChoicesField.
func Texts(f *forms.Field, value any) []string { return valuesOf(f, value) }

// Blank gives what is to be posted under Marker beside a control that is blank though the value is there; "" for nothing.
func Blank(f *forms.Field, value any) string { return marker(f, value, true) }
