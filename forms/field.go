package forms

import (
	"slices"
	"strings"
)

// kindOf decides what control a value gets; 0 with a reason when none fits.
func (c *compiler) kindOf(s shape, lf *LayoutField) (kind Kind, why string) {
	if k := s.get("const"); k != nil {
		if k.IsTrue() {
			return ConsentField, ""
		}
		return 0, "a constant leaves nothing to answer; only const: true is a consent"
	}
	types, _ := s.types()
	if len(types) == 1 && types[0] == "array" {
		return c.listKind(s, lf)
	}
	if lf.OptionsFrom != "" || len(s.options()) > 0 {
		return ChoiceField, ""
	}
	if len(types) != 1 {
		return 0, "say one type"
	}
	switch types[0] {
	case "boolean":
		return BoolField, ""
	case "number", "integer":
		return NumberField, ""
	case "object":
		return GroupField, ""
	case "string":
		if s.str("format") == "date" {
			return DateField, ""
		}
		return TextField, ""
	}
	return 0, "type " + types[0] + " has no control"
}

func (c *compiler) listKind(s shape, lf *LayoutField) (Kind, string) {
	items, err := s.items(c.root)
	if err != nil {
		return 0, err.What
	}
	types, _ := items.types()
	switch {
	case lf.Widget == "files" || items.str("format") == "file":
		return FilesField, ""
	case lf.OptionsFrom != "" || len(items.options()) > 0:
		return ChoicesField, ""
	case len(types) == 1 && types[0] == "object":
		return RowsField, ""
	case len(types) == 1 && types[0] != "array":
		return ListField, ""
	}
	return 0, "say what the items are"
}

// widgets that follow from a format, and the keyboard that a phone shows.
var widgets = map[string]string{"email": "email", "phone": "phone", "personnummer": "personnummer", "samordningsnummer": "personnummer",
	"personid": "personnummer", "organisationsnummer": "organisationsnummer", "postnummer": "postnummer", "time": "time", "clearing": "clearing"}

var inputModes = map[string]string{"email": "email", "phone": "tel", "personnummer": "numeric", "organisationsnummer": "numeric",
	"postnummer": "numeric", "clearing": "numeric", "money": "decimal"}

// build makes a field from what the schema and the layout say of it.
func (c *compiler) build(ptr Pointer, s shape, required bool, lf *LayoutField, p *Page) *Field {
	kind, why := c.kindOf(s, lf)
	if kind == 0 {
		n := s[0]
		c.diags = append(c.diags, diagnose(SchemaFile, n, why, "%s cannot be asked on a page", ptr))
		return nil
	}
	types, nullable := s.types()
	t, key := c.text, "fields."+string(ptr)
	f := &Field{
		ID: c.id(ptr), Pointer: ptr, Kind: kind, Widget: lf.Widget, Page: p, Nullable: nullable,
		Required: required || lf.Required, ReadOnly: s.get("readOnly").IsTrue(), Audience: lf.Audience, ShowWhen: lf.ShowWhen,
		OptionsFrom: lf.OptionsFrom, Format: s.str("format"), Pattern: s.str("pattern"), Integer: slices.Contains(types, "integer"),
		MinLength: s.int("minLength"), MaxLength: s.int("maxLength"), MinItems: s.int("minItems"), MaxItems: s.int("maxItems"),
		MultipleOf: s.get("multipleOf").Num(), Rows: lf.Rows, Width: lf.Width, Autocomplete: lf.Autocomplete, InputMode: lf.InputMode,
		Accept: lf.Accept, MaxBytes: int64(lf.MaxMB) << 20, Default: defaultOf(s),
		Prefix: t(key+".prefix", lf.Prefix), Suffix: t(key+".suffix", lf.Suffix), Item: t(key+".item", lf.Item),
		Help: t(key+".help", lf.Help), Label: t(key+".label", or(lf.Label, s.str("title"))), Hint: t(key+".hint", or(lf.Hint, s.str("description"))),
	}
	c.bounds(f, s)
	c.options(f, s, lf, key)
	if f.Widget == "" {
		f.Widget = widgets[f.Format]
	}
	if f.InputMode == "" {
		f.InputMode = inputModes[f.Widget]
		if f.InputMode == "" && kind == NumberField {
			f.InputMode = "decimal"
			if f.Integer {
				f.InputMode = "numeric"
			}
		}
	}
	for code, own := range lf.Messages {
		if f.Messages == nil {
			f.Messages = map[string]Text{}
		}
		f.Messages[code] = t(key+".messages."+code, own)
	}
	c.form.Fields[ptr] = f
	return f
}

func (c *compiler) bounds(f *Field, s shape) {
	f.Minimum, f.Maximum = s.get("minimum").Num(), s.get("maximum").Num()
	if f.Kind == DateField {
		f.Minimum, f.Maximum = s.str("formatMinimum"), s.str("formatMaximum")
	}
	if f.Kind != ListField {
		return
	}
	// One control a row: what holds for an item is said of the control.
	items, _ := s.items(c.root) // kindOf has followed it
	types, _ := items.types()
	f.Integer = slices.Contains(types, "integer")
	f.Format, f.Pattern = items.str("format"), items.str("pattern")
	f.MinLength, f.MaxLength = items.int("minLength"), items.int("maxLength")
	f.Minimum, f.Maximum = items.get("minimum").Num(), items.get("maximum").Num()
	kind, _ := c.kindOf(items, &LayoutField{})
	f.Fields = []*Field{{ID: f.ID + "-x", Pointer: f.Pointer + "/*", Kind: kind, Page: f.Page, Parent: f, Label: f.Item, Integer: f.Integer,
		Format: f.Format, Pattern: f.Pattern, MinLength: f.MinLength, MaxLength: f.MaxLength, Minimum: f.Minimum, Maximum: f.Maximum,
		Widget: widgets[f.Format], Required: true}}
	c.form.Fields[f.Pointer+"/*"] = f.Fields[0]
}

func (c *compiler) options(f *Field, s shape, lf *LayoutField, key string) {
	switch f.Kind {
	case ChoiceField:
	case ChoicesField:
		s, _ = s.items(c.root) // kindOf has followed it
	default:
		return
	}
	if lf.OptionsFrom != "" {
		return
	}
	f.Options = s.options()
	for i := range f.Options {
		o := &f.Options[i]
		label := or(lf.Options[o.Value], o.Label["sv"])
		o.Label = c.text(key+".options."+o.Value, label)
		o.Hint = c.text(key+".optionHints."+o.Value, o.Hint["sv"])
	}
}

func or(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return a
	}
	return b
}
