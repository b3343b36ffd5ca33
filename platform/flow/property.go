package flow

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"samtjanst/forms"
	"samtjanst/integrations/property"
	"samtjanst/platform/fault"
)

// AddressLookup makes a register of addresses one that forms can ask, as "address". The key is an address in the municipality whose form it
// is: a street and a number. What is there to the letter, and once, is found; of everything else that fits the person picks one.
type AddressLookup struct {
	Register property.Register
	Name     string // of the register: "Lantmäteriet"
}

// PropertyLookup makes a register of properties one that forms can ask, as "property". The key is a designation in the municipality whose
// form it is, with the municipality's name or without: "Provet 1:2".
type PropertyLookup struct {
	Register property.Register
	Name     string // of the register: "Lantmäteriet"
}

var (
	_ Lookup = AddressLookup{}
	_ Lookup = PropertyLookup{}
)

// Source implements Lookup.
func (l AddressLookup) Source() string { return l.Name }

// Source implements Lookup.
func (l PropertyLookup) Source() string { return l.Name }

// addressValues are what a form can have filled in of an address; those of its property are unread when that is.
var addressValues = []struct {
	name   string
	ofUnit bool
	of     func(property.Address) string
}{
	{"street", false, func(a property.Address) string { return a.Street }},
	{"postalCode", false, func(a property.Address) string { return a.PostalCode }},
	{"city", false, func(a property.Address) string { return a.City }},
	{"district", false, func(a property.Address) string { return a.District }},
	{"municipality", false, func(a property.Address) string { return a.Municipality }},
	{"address", false, addressLine},
	{"id", false, func(a property.Address) string { return a.ID }},
	{"property", true, func(a property.Address) string { return a.Unit.Designation }},
	{"propertyID", true, func(a property.Address) string { return a.Unit.ID }},
}

var propertyValues = []struct {
	name string
	of   func(property.Unit) string
}{
	{"designation", func(u property.Unit) string { return u.Designation }},
	{"kind", func(u property.Unit) string { return string(u.Kind) }},
	{"id", func(u property.Unit) string { return u.ID }},
}

// addressLine writes an address on one line, as on an envelope.
func addressLine(a property.Address) string {
	town := strings.TrimSpace(postalCode(a.PostalCode) + " " + a.City)
	if town == "" {
		return a.Street
	}
	return a.Street + ", " + town
}

// Gives implements Lookup.
func (AddressLookup) Gives() []string {
	var out []string
	for _, v := range addressValues {
		out = append(out, v.name)
	}
	return out
}

// Gives implements Lookup.
func (PropertyLookup) Gives() []string {
	var out []string
	for _, v := range propertyValues {
		out = append(out, v.name)
	}
	return out
}

// Ask implements Lookup.
func (l AddressLookup) Ask(ctx context.Context, q LookupQuestion) (forms.LookupReply, error) {
	if tooShort(q.Key) {
		return forms.LookupReply{Status: forms.LookupTooShort, Source: l.Name}, nil
	}
	a, err := l.Register.Addresses(ctx, placeQuestion(q))
	if err != nil {
		return forms.LookupReply{}, fault.Wrap("flow.AddressLookup", err)
	}
	choices := make([]forms.LookupChoice, len(a.Found))
	var exact []int
	for i, found := range a.Found {
		choices[i] = addressChoice(found)
		if means(q.Key, found.Street, found.Street+" "+found.City, addressLine(found)) {
			exact = append(exact, i)
		}
	}
	return placeReply(choices, exact, a.More, forms.LookupReply{Source: a.Source, At: a.At}), nil
}

// Ask implements Lookup.
func (l PropertyLookup) Ask(ctx context.Context, q LookupQuestion) (forms.LookupReply, error) {
	if tooShort(q.Key) {
		return forms.LookupReply{Status: forms.LookupTooShort, Source: l.Name}, nil
	}
	a, err := l.Register.Units(ctx, placeQuestion(q))
	if err != nil {
		return forms.LookupReply{}, fault.Wrap("flow.PropertyLookup", err)
	}
	choices := make([]forms.LookupChoice, len(a.Found))
	var exact []int
	for i, u := range a.Found {
		c := forms.LookupChoice{ID: u.ID, Label: u.Designation, Key: u.Designation, Values: map[string]string{}}
		for _, v := range propertyValues {
			c.Values[v.name] = v.of(u)
		}
		if u.Kind != property.Real && u.Kind != "" {
			c.Label += ", " + strings.ToLower(string(u.Kind))
		}
		choices[i] = c
		if means(q.Key, u.Designation) || means(q.Municipality.Name+" "+q.Key, u.Designation) {
			exact = append(exact, i)
		}
	}
	return placeReply(choices, exact, a.More, forms.LookupReply{Source: a.Source, At: a.At}), nil
}

func placeQuestion(q LookupQuestion) property.Question {
	return property.Question{Text: strings.TrimSpace(q.Key), Municipality: q.Municipality.Code, Purpose: q.Purpose, Ref: q.Ref}
}

func tooShort(key string) bool {
	return utf8.RuneCountInString(strings.TrimSpace(key)) < property.MinText
}

func addressChoice(a property.Address) forms.LookupChoice {
	c := forms.LookupChoice{ID: a.ID, Label: addressLine(a), Key: a.Street, Values: map[string]string{}}
	if a.District != "" && a.District != a.City && a.District != a.Municipality {
		c.Label += " (" + a.District + ")"
	}
	for _, v := range addressValues {
		if v.ofUnit && !a.Read(property.PartUnit) {
			c.Unread = append(c.Unread, v.name)
			continue
		}
		c.Values[v.name] = v.of(a)
	}
	return c
}

// means reports whether what was typed is one of some texts to the letter; how it is spaced, and how large its letters are, does not matter.
func means(typed string, texts ...string) bool {
	plain := func(s string) string {
		return strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(s, ",", " ")), ""))
	}
	for _, text := range texts {
		if plain(typed) == plain(text) {
			return true
		}
	}
	return false
}

// maxChoices is how many a person is shown to choose from.
const maxChoices = 10

// placeReply tells what was found: the one that was meant to the letter, or what there is to choose from, with those first that were.
func placeReply(choices []forms.LookupChoice, exact []int, more bool, reply forms.LookupReply) forms.LookupReply {
	switch {
	case len(choices) == 0:
		reply.Status = forms.LookupMissing
	case len(exact) == 1 && !more:
		c := choices[exact[0]]
		reply.Status, reply.Values, reply.Unread = forms.LookupFound, c.Values, c.Unread
	default:
		reply.Status = forms.LookupChoose
		for _, i := range exact {
			reply.Choices = append(reply.Choices, choices[i])
		}
		for i, c := range choices {
			if !slices.Contains(exact, i) {
				reply.Choices = append(reply.Choices, c)
			}
		}
		if len(reply.Choices) > maxChoices {
			reply.Choices, more = reply.Choices[:maxChoices], true
		}
		if more {
			reply.Warnings = []string{forms.LookupMore}
		}
	}
	return reply
}
