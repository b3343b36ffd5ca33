package forms

import (
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms/internal/tree"
)

// kinds of controls that a value can have, decided from its shape.
type classified struct {
	kind         Kind
	shape        shape   // what the control is made of: of a single alternative that alternative
	nullable     bool    // null is a value besides
	alternatives []shape // of a VariantField
	layout       *LayoutField
	why          string // no control fits: what the author can do
}

// classify decides what control a value gets.
func (c *compiler) classify(s shape, lf *LayoutField) (classified, *tree.Error) {
	out := classified{shape: s}
	types, nullable, said := s.types()
	out.nullable = nullable
	list := len(types) == 1 && types[0] == "array"
	options := s.options()
	switch {
	case s.never:
		out.why = "the schema allows no value here"
		return out, nil
	case s.get("const") != nil:
		out.kind, out.nullable = ConsentField, false
		return out, nil
	case list && (lf.OptionsFrom != "" || lf.Widget == "files"), list && len(options) == 0:
		var err *tree.Error
		out.kind, out.why, err = c.listKind(s, lf)
		if out.kind == ConsentField { // no item is allowed, so the empty list is all there is
			nothing := &tree.Node{Kind: tree.Object, Keys: []tree.Key{{Name: "const", Value: &tree.Node{Kind: tree.Array}}}}
			out.shape, err = c.res.with(s, nil, nothing)
		}
		return out, err
	case lf.OptionsFrom != "" || len(options) > 0:
		out.kind = ChoiceField
		out.nullable = nullable && len(options) == 0 // null is one of the options, or not allowed
		return out, nil
	}
	alternatives, orNull, err := s.alternatives(c.res)
	if err != nil {
		return out, err
	}
	out.nullable = out.nullable || orNull
	switch {
	case len(alternatives) == 1:
		inner, err := c.classify(alternatives[0], lf)
		inner.nullable = inner.nullable || out.nullable
		return inner, err
	case len(alternatives) > 1:
		out.kind, out.alternatives = VariantField, alternatives
		return out, nil
	case len(types) == 0 && (nullable || orNull):
		out.kind = NullField
		return out, nil
	case len(types) == 0 && said:
		out.why = "no value has all the types that the schema asks for"
		return out, nil
	case len(types) == 0:
		out.kind = JSONField
		return out, nil
	}
	switch types[0] {
	case "boolean":
		out.kind = BoolField
	case "number", "integer":
		out.kind = NumberField
	case "object":
		out.kind = GroupField
		if len(s.properties()) == 0 {
			if _, ok, err := s.entry(c.res); err != nil || ok {
				out.kind = MapField
				return out, err
			}
		}
	case "string":
		out.kind = TextField
		if s.str("format") == "date" {
			out.kind = DateField
		}
	default:
		out.why = "type " + types[0] + " has no control"
	}
	return out, nil
}

func (c *compiler) listKind(s shape, lf *LayoutField) (Kind, string, *tree.Error) {
	first, items, err := s.places(c.res)
	if err != nil {
		return 0, "", err
	}
	switch {
	case lf.Widget == "files" || items.str("format") == "file":
		return FilesField, "", nil
	case len(first) > 0:
		return TupleField, "", nil
	case lf.OptionsFrom != "":
		return ChoicesField, "", nil
	case items.never:
		return ConsentField, "", nil
	}
	if c.looking++; c.looking > maxGroups { // a list of lists of lists without end
		c.looking--
		return ListField, "", nil
	}
	item, err := c.classify(items, &LayoutField{})
	c.looking--
	switch {
	case err != nil:
		return 0, "", err
	case item.kind == ChoiceField && !item.nullable:
		return ChoicesField, "", nil
	case item.kind == GroupField && !item.nullable && len(item.shape.properties()) > 0:
		if _, more, err := item.shape.entry(c.res); err != nil || !more {
			return RowsField, "", err
		}
	}
	return ListField, "", nil
}

// widgets that follow from a format, and the keyboard that a phone shows.
var widgets = map[string]string{"email": "email", "idn-email": "email", "phone": "phone", "personnummer": "personnummer", "samordningsnummer": "personnummer",
	"personid": "personnummer", "organisationsnummer": "organisationsnummer", "postnummer": "postnummer", "time": "time", "clearing": "clearing",
	"date-time": "date-time", "duration": "duration", "uri": "uri", "kontonummer": "account", "fastighetsbeteckning": "property", "month": "month"}

var inputModes = map[string]string{"email": "email", "phone": "tel", "personnummer": "numeric", "organisationsnummer": "numeric",
	"postnummer": "numeric", "clearing": "numeric", "account": "numeric", "money": "decimal", "uri": "url"}

// spot is where a field is built.
type spot struct {
	at       Pointer
	key      string // of its texts: "fields./elev/namn"
	always   bool   // the schema requires it, whatever else is there
	parent   *Field
	page     *Page
	within   []*tree.Node // the schemas that it stands within, to know when one stands within itself
	nameless bool         // an item of a list, an entry of a map
	hidden   bool         // within a variant or a tuple: the form's index of fields does not have it
}

// build makes a field from what the schema and the layout say of it.
func (c *compiler) build(s shape, lf *LayoutField, in spot) *Field {
	k, err := c.classify(s, lf)
	if err != nil {
		c.diags = append(c.diags, DiagnosticOf(SchemaFile, err))
		return nil
	}
	if k.kind == JSONField && !c.bare {
		k.kind, k.why = 0, "say its type, or what it may be one of"
	}
	if k.kind == 0 {
		if !c.bare || in.parent == nil {
			what := string(in.at)
			if in.parent == nil && c.bare && len(c.def.Layout.Pages) == 0 {
				what = "the whole"
			}
			c.diags = append(c.diags, diagnose(SchemaFile, s.node(c.root), k.why, "%s cannot be asked on a page", what))
		}
		return nil
	}
	s = k.shape
	types, _, _ := s.types()
	t, key := c.text, in.key
	f := &Field{
		ID: c.id(in.at), Pointer: in.at, Kind: k.kind, Widget: lf.Widget, Page: in.page, Parent: in.parent, Nullable: k.nullable,
		Required: in.always || lf.Required, Always: in.always, ReadOnly: s.isTrue("readOnly"), Audience: lf.Audience, ShowWhen: lf.ShowWhen,
		WriteOnly: s.isTrue("writeOnly"), Deprecated: s.isTrue("deprecated"),
		OptionsFrom: lf.OptionsFrom, Format: s.str("format"), Pattern: s.str("pattern"), Integer: slices.Contains(types, "integer"),
		MinLength: s.most("minLength"), MaxLength: s.least("maxLength"), MinItems: s.most("minItems"), MaxItems: s.least("maxItems"),
		MultipleOf: s.get("multipleOf").Num(), Rows: lf.Rows, Width: lf.Width, Autocomplete: lf.Autocomplete, InputMode: lf.InputMode,
		Accept: lf.Accept, MaxBytes: int64(lf.MaxMB) << 20, Default: defaultOf(s),
		Prefix: t(key+".prefix", lf.Prefix), Suffix: t(key+".suffix", lf.Suffix), Item: t(key+".item", lf.Item),
		Help: t(key+".help", lf.Help), Label: t(key+".label", or(lf.Label, s.str("title"))), Hint: t(key+".hint", or(lf.Hint, s.str("description"))),
	}
	if e := s.get("examples"); e != nil {
		for _, x := range e.Items {
			f.Examples = append(f.Examples, string(x.JSON()))
		}
	}
	f.shares = in.hidden && (in.parent.Kind == VariantField || in.parent.shares)
	k.layout = lf
	c.shapes[f] = k
	if in.parent != nil && f.Kind == NumberField {
		if up := c.shapes[in.parent].layout; up != nil {
			f.Price = c.price(up, in.at.Last())
		}
	}
	c.bounds(f, s)
	c.options(f, s, lf, key)
	if f.Widget == "" {
		f.Widget = widgets[f.Format]
		if f.Kind != TextField {
			f.Widget = ""
		}
	}
	if f.InputMode == "" {
		f.InputMode = inputModes[f.Widget]
		if f.InputMode == "" && f.Kind == NumberField {
			f.InputMode = "decimal"
			if f.Integer {
				f.InputMode = "numeric"
			}
		}
	}
	for code, own := range lf.Messages {
		f.message(code, t(key+".messages."+code, own))
	}
	for i, check := range lf.Checks {
		code := "check-" + strconv.Itoa(i+1)
		f.Checks = append(f.Checks, Check{Code: code, When: check.When, Soft: check.Soft, Message: t(key+".checks."+strconv.Itoa(i), check.Message)})
		f.message(code, f.Checks[i].Message)
	}
	c.built++
	if !in.hidden && !c.sealed {
		c.form.Fields[in.at] = f
	}
	return f
}

func (f *Field) message(code string, own Text) {
	if f.Messages == nil {
		f.Messages = map[string]Text{}
	}
	f.Messages[code] = own
}

// node is where a shape is written, for a diagnostic.
func (s shape) node(root *tree.Node) *tree.Node {
	if len(s.nodes) == 0 {
		return root
	}
	return s.nodes[0]
}

func (c *compiler) bounds(f *Field, s shape) {
	f.Minimum, f.Maximum = s.get("minimum").Num(), s.get("maximum").Num()
	if f.Kind == DateField {
		f.Minimum, f.Maximum = s.str("formatMinimum"), s.str("formatMaximum")
	}
}

func (c *compiler) options(f *Field, s shape, lf *LayoutField, key string) {
	switch f.Kind {
	case ConsentField:
		f.Options = []Option{optionOf(s.get("const"))}
		f.Options[0].Label = nil // the field's own label says what is agreed to
		return
	case ChoiceField:
	case ChoicesField:
		_, s, _ = s.places(c.res) // classify has followed it
	default:
		return
	}
	for i, g := range lf.Groups {
		f.Groups = append(f.Groups, c.optionGroup(g, key+".groups."+strconv.Itoa(i)))
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
		o.Price = c.price(lf, o.Value)
	}
}

func (c *compiler) optionGroup(g LayoutGroup, key string) OptionGroup {
	out := OptionGroup{Title: c.text(key+".title", g.Title), Values: g.Values}
	for i, inner := range g.Groups {
		out.Groups = append(out.Groups, c.optionGroup(inner, key+".groups."+strconv.Itoa(i)))
	}
	return out
}

// price gives whole öre of a price in kronor, "" when there is none.
func (c *compiler) price(lf *LayoutField, name string) string {
	text, ok := lf.Prices[name]
	if !ok {
		return ""
	}
	kronor, ore, _ := strings.Cut(strings.ReplaceAll(text, ",", "."), ".")
	whole, err := strconv.Atoi(kronor)
	part, bad := strconv.Atoi((ore + "00")[:2])
	if err != nil || bad != nil || len(ore) > 2 || whole < 0 {
		c.fail("", `write "125" or "125,50"`, "%s: %q is no price in kronor", lf.Pointer, text)
		return ""
	}
	return strconv.Itoa(whole*100 + part)
}

func or(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return a
	}
	return b
}
