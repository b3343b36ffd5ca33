package flow

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/integrations/property"
	"samtjanst/platform/fault"
)

// land answers with what it has, whatever is asked, and keeps the question.
type land struct {
	addresses []property.Address
	units     []property.Unit
	more      bool
	err       error
	asked     property.Question
}

func (l *land) Addresses(_ context.Context, q property.Question) (property.Answer[property.Address], error) {
	l.asked = q
	return property.Answer[property.Address]{Found: l.addresses, More: l.more, Source: "Prov"}, l.err
}

func (l *land) Units(_ context.Context, q property.Question) (property.Answer[property.Unit], error) {
	l.asked = q
	return property.Answer[property.Unit]{Found: l.units, More: l.more, Source: "Prov"}, l.err
}

func askedPlace(key string) LookupQuestion {
	return LookupQuestion{Key: key, Municipality: Municipality{Code: "9901", Name: "Ekköping"}, Purpose: "test", Ref: "draft"}
}

func address(id, street, postal, city string) property.Address {
	return property.Address{ID: id, Street: street, PostalCode: postal, City: city, Municipality: "Ekköping", Unit: property.Unit{ID: "u" + id, Designation: "EKKÖPING PROVET 1:" + id}}
}

func TestAddressReplies(t *testing.T) {
	twelve, a, b := address("1", "Provgatan 12", "99110", "Ekköping"), address("2", "Provgatan 12 A", "99110", "Ekköping"), address("3", "Provgatan 12", "99140", "Provby")
	b.District, b.Unread, b.Unit = "Norra Provby", []property.Part{property.PartUnit}, property.Unit{}
	var many []property.Address
	for i := range 12 {
		many = append(many, address(fmt.Sprint(i), fmt.Sprintf("Provgatan 12%d", i), "99110", "Ekköping"))
	}
	for name, test := range map[string]struct {
		key     string
		found   []property.Address
		more    bool
		status  forms.LookupStatus
		choices []string // labels
		warned  bool
	}{
		"to the letter":           {"Provgatan 12", []property.Address{a, twelve}, false, forms.LookupFound, nil, false},
		"to all but its spaces":   {" provgatan  12, 991 10 EKKÖPING", []property.Address{a, twelve, b}, false, forms.LookupFound, nil, false},
		"with the town":           {"Provgatan 12 Ekköping", []property.Address{a, twelve, b}, false, forms.LookupFound, nil, false},
		"two to the letter":       {"Provgatan 12", []property.Address{a, twelve, b}, false, forms.LookupChoose, []string{"Provgatan 12, 991 10 Ekköping", "Provgatan 12, 991 40 Provby (Norra Provby)", "Provgatan 12 A, 991 10 Ekköping"}, false},
		"one that is like it":     {"Provg", []property.Address{a}, false, forms.LookupChoose, []string{"Provgatan 12 A, 991 10 Ekköping"}, false},
		"there may be others":     {"Provgatan 12", []property.Address{twelve}, true, forms.LookupChoose, []string{"Provgatan 12, 991 10 Ekköping"}, true},
		"nothing":                 {"Provgatan 13", nil, false, forms.LookupMissing, nil, false},
		"short, but asked about":  {" å 1", nil, false, forms.LookupMissing, nil, false},
		"too short":               {" å ", []property.Address{twelve}, false, forms.LookupTooShort, nil, false},
		"more than can be shown":  {"Provgatan", many, false, forms.LookupChoose, nil, true},
		"without code and a town": {"Prov", []property.Address{{ID: "4", Street: "Provholmen 1", Municipality: "Ekköping"}}, false, forms.LookupChoose, []string{"Provholmen 1"}, false},
	} {
		l := &land{addresses: test.found, more: test.more}
		got, err := AddressLookup{Register: l, Name: "Prov"}.Ask(context.Background(), askedPlace(test.key))
		if err != nil || got.Status != test.status || got.Source != "Prov" || (len(got.Warnings) > 0) != test.warned || len(got.Choices) > maxChoices {
			t.Errorf("%s: %v, %+v", name, err, got)
		}
		if test.status == forms.LookupFound && (got.Values["postalCode"] != "99110" || got.Values["property"] != "EKKÖPING PROVET 1:1" || got.Values["address"] != "Provgatan 12, 991 10 Ekköping") {
			t.Errorf("%s: %v", name, got.Values)
		}
		var labels []string
		for _, c := range got.Choices {
			labels = append(labels, c.Label)
		}
		if diff := cmp.Diff(test.choices, labels); test.choices != nil && diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if c := addressChoice(b); c.Key != "Provgatan 12" || !cmp.Equal(c.Unread, []string{"property", "propertyID"}) || c.Values["city"] != "Provby" {
		t.Errorf("an address whose property is unread: %+v", c)
	}
	l := &land{}
	if _, err := (AddressLookup{Register: l}).Ask(context.Background(), askedPlace(" Provgatan 12 ")); err != nil ||
		l.asked != (property.Question{Text: "Provgatan 12", Municipality: "9901", Purpose: "test", Ref: "draft"}) {
		t.Errorf("asked %+v, %v", l.asked, err)
	}
	down := &land{err: fault.New("test", fault.Unavailable, nil)}
	if _, err := (AddressLookup{Register: down}).Ask(context.Background(), askedPlace("Provgatan 12")); !errors.Is(err, fault.Unavailable) {
		t.Errorf("down: %v", err)
	}
}

func TestPropertyReplies(t *testing.T) {
	one, joint := property.Unit{ID: "1", Designation: "EKKÖPING PROVET 1:2", Kind: property.Real}, property.Unit{ID: "2", Designation: "EKKÖPING PROVET S:1", Kind: property.Joint}
	for key, want := range map[string]forms.LookupStatus{"Provet 1:2": forms.LookupFound, "Ekköping provet 1:2": forms.LookupFound, "ekköping": forms.LookupChoose,
		"1:2": forms.LookupChoose, "pr": forms.LookupTooShort} {
		got, err := PropertyLookup{Register: &land{units: []property.Unit{one, joint}}, Name: "Prov"}.Ask(context.Background(), askedPlace(key))
		if err != nil || got.Status != want {
			t.Errorf("%s: %s, want %s (%v)", key, got.Status, want, err)
		}
		if want == forms.LookupFound && !cmp.Equal(got.Values, map[string]string{"designation": one.Designation, "kind": "Fastighet", "id": "1"}) {
			t.Errorf("%s: %v", key, got.Values)
		}
		if want == forms.LookupChoose && (len(got.Choices) != 2 || got.Choices[1].Label != "EKKÖPING PROVET S:1, samfällighet" || got.Choices[1].Key != joint.Designation) {
			t.Errorf("%s: %+v", key, got.Choices)
		}
	}
}
