package flow

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"samtjanst/forms"
	"samtjanst/integrations/company"
	"samtjanst/integrations/sim/companies"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// register answers from the cast, and counts.
type register struct{ asked int }

func (r *register) Lookup(_ context.Context, q company.Question) (company.Answer, error) {
	r.asked++
	a := company.Answer{Source: "Prov"}
	for _, e := range companies.All() {
		if e.Number == q.Number {
			a.Companies = append(a.Companies, e.Company)
		}
	}
	return a, nil
}

func askCompany(t *testing.T, r *register, key idno.Number, who ...idno.Number) forms.LookupReply {
	t.Helper()
	reply, err := CompanyLookup{Register: r, Name: "Prov"}.Ask(context.Background(), LookupQuestion{Key: key.Digits(), Who: who, Purpose: "test", Ref: "draft"})
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

func TestCompanyReplies(t *testing.T) {
	maria, petra := personas.MariaProvberg.Number(), personas.PetraTestberg.Number()
	for name, test := range map[string]struct {
		key    idno.Number
		who    idno.Number
		want   forms.LookupReply
		values map[string]string // of those told
		untold []string          // neither told nor unread
	}{
		"in order": {companies.Provbageriet.Number(), maria, forms.LookupReply{Status: forms.LookupFound},
			map[string]string{"name": "Provbageriet i Ekköping AB", "address": "Provgatan 12, 991 10 Ekköping", "state": "active", "formCode": "AB", "deregistered": ""}, nil},
		"bankrupt": {companies.Testkrogen.Number(), maria, forms.LookupReply{Status: forms.LookupFound, Warnings: []string{forms.LookupWindingUp}},
			map[string]string{"state": "winding-up", "address": "c/o Konkursboet, Testtorget 2, 991 10 Ekköping"}, nil},
		"deregistered": {companies.Democafeet.Number(), maria, forms.LookupReply{Status: forms.LookupFound, Warnings: []string{forms.LookupDeregistered}},
			map[string]string{"state": "deregistered", "deregistered": "2025-03-31"}, nil},
		"unread": {companies.Provfisk.Number(), maria, forms.LookupReply{Status: forms.LookupFound, Unread: []string{"careOf", "street", "postalCode", "city", "address"}},
			map[string]string{"name": "Provfisk AB"}, []string{"address", "city"}},
		"one's own": {maria, maria, forms.LookupReply{Status: forms.LookupFound}, map[string]string{"name": "Marias Provkiosk"}, nil},
		"two names": {petra, petra, forms.LookupReply{Status: forms.LookupFound, Warnings: []string{forms.LookupSeveral}},
			map[string]string{"city": "Ekköping", "formCode": "E"}, []string{"name", "activity"}},
		"nothing": {companies.Nobody, maria, forms.LookupReply{Status: forms.LookupMissing}, nil, nil},
	} {
		got := askCompany(t, &register{}, test.key, test.who)
		for k, v := range test.values {
			if have, told := got.Values[k]; !told || have != v {
				t.Errorf("%s: %s is %q (told %v), want %q", name, k, have, told, v)
			}
		}
		for _, k := range test.untold {
			if _, told := got.Values[k]; told {
				t.Errorf("%s: %s is told", name, k)
			}
		}
		test.want.Source = "Prov"
		if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(forms.LookupReply{}, "Values"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSomebodyElsesPersonalNumberIsNotAskedAbout(t *testing.T) {
	r := &register{}
	if got := askCompany(t, r, personas.MariaProvberg.Number(), personas.AnnaTestsson.Number()); got.Status != forms.LookupNotOwn || r.asked != 0 || len(got.Values) != 0 {
		t.Errorf("%s after %d questions", got.Status, r.asked)
	}
	if _, err := (CompanyLookup{Register: r}).Ask(context.Background(), LookupQuestion{Key: "5599990008"}); !errors.Is(err, fault.Invalid) || r.asked != 0 {
		t.Errorf("a key that is no number: %v", err)
	}
}
