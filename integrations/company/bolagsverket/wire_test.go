package bolagsverket

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"samtjanst/integrations/company"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

var (
	asked, _ = idno.ParseOrganisation("5599990008")
	at       = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
)

const identified = `"organisationsidentitet":{"identitetsbeteckning":"5599990008","typ":{"kod":"ORGNR"}}`

func TestDecodeTakesWhatTheServiceMaySay(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want company.Company
	}{
		"nulls where there is nothing": {
			`"organisationsnamn":{"organisationsnamnLista":[{"namn":" Prov AB ","organisationsnamntyp":{"kod":"FORETAGSNAMN"}}],"fel":null},
			 "avregistreradOrganisation":null,"postadressOrganisation":{"postadress":null,"fel":null},"naringsgrenOrganisation":{"sni":[{"kod":"     ","klartext":""}]}`,
			company.Company{Name: "Prov AB"}},
		"a date with a time": {
			`"organisationsnamn":{"organisationsnamnLista":[{"namn":"Prov AB"}]},"avregistreradOrganisation":{"avregistreringsdatum":"2023-05-05T00:00:00.000+00:00"}`,
			company.Company{Name: "Prov AB", Deregistered: "2023-05-05"}},
		"a producer who did not answer": {
			`"organisationsnamn":{"organisationsnamnLista":[{"namn":"Prov AB"}]},
			 "avregistreradOrganisation":{"avregistreringsdatum":null,"fel":{"typ":"TIMEOUT"}},"avregistreringsorsak":{"fel":{"typ":"TIMEOUT"}},
			 "postadressOrganisation":{"postadress":{"postort":"gammal"},"fel":{"typ":"OTILLGANGLIG_UPPGIFTSKALLA"}}`,
			company.Company{Name: "Prov AB", Unread: []company.Part{company.PartAddress, company.PartDeregistration}}},
		"a producer that has never heard of it": {
			`"organisationsnamn":{"organisationsnamnLista":[{"namn":"Prov AB"}]},"juridiskForm":{"kod":null,"fel":{"typ":"ORGANISATION_FINNS_EJ"}}`,
			company.Company{Name: "Prov AB"}},
		"no name at all": {`"organisationsform":{"kod":"AB","klartext":"Aktiebolag"}`,
			company.Company{Form: company.Code{Code: "AB", Text: "Aktiebolag"}, Unread: []company.Part{company.PartName}}},
	} {
		a, err := decode([]byte(`{"organisationer":[{`+identified+`,`+test.body+`}]}`), asked, at)
		if err != nil || len(a.Companies) != 1 {
			t.Errorf("%s: %v, %d companies", name, err, len(a.Companies))
			continue
		}
		test.want.Number = asked
		if diff := cmp.Diff(test.want, a.Companies[0], cmpopts.EquateEmpty(), cmp.Comparer(func(a, b idno.Number) bool { return a == b })); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestNothingThereIsNotNothingSaid(t *testing.T) {
	for body, want := range map[string]error{
		`{"organisationer":[]}`: nil,
		`{"organisationer":[{"organisationsidentitet":null,"organisationsnamn":{"fel":{"typ":"ORGANISATION_FINNS_EJ"}}}]}`:      nil,
		`{"organisationer":[{"organisationsidentitet":null,"organisationsnamn":{"fel":{"typ":"OTILLGANGLIG_UPPGIFTSKALLA"}}}]}`: fault.Unavailable,
		`{"organisationer":[{"organisationsidentitet":{"identitetsbeteckning":"5599990016"}}]}`:                                 fault.Unavailable,
		`{"organisationer":null}`: fault.Unavailable,
		`{}`:                      fault.Unavailable,
		`[]`:                      fault.Unavailable,
	} {
		a, err := decode([]byte(body), asked, at)
		if !errors.Is(err, want) || len(a.Companies) != 0 {
			t.Errorf("%s: %v, %d companies, want %v", body, err, len(a.Companies), want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"organisationer":[{` + identified + `,"organisationsnamn":{"organisationsnamnLista":[{"namn":"x"}]},"avregistreradOrganisation":{"fel":{"typ":"TIMEOUT"}}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := decode(b, asked, at)
		if err != nil {
			return
		}
		for _, c := range a.Companies {
			if c.State() == company.Active && !c.Read(company.PartDeregistration) {
				t.Fatal("active, though nobody knows")
			}
		}
	})
}
