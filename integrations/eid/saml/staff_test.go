package saml

import (
	"maps"
	"testing"
	"time"

	"samtjanst/platform/signing/evidence"
)

// Who an assertion says that an employee is, by Inera's names or Sweden Connect's; one that does not say it in one way is nobody.
func TestEmployee(t *testing.T) {
	c := &StaffClient{&core{cfg: Config{Attributes: SITHS}.withDefaults()}}
	at := time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)
	siths := map[string][]string{attrHSA: {"SE2120000000-1001"}, attrGiven: {"Mona"}, attrSurname: {"Testhandläggare"}, attrCommission: {"SE2120000000-2002"},
		evidence.AttrCredentialNumber: {"199001012385"}}
	oid := map[string][]string{attrOIDHSA: {"SE2120000000-1001"}, evidence.AttrDisplayName: {"Mona Testhandläggare"}}
	for name, said := range map[string]map[string][]string{"SITHS": siths, "hsaid-01": oid} {
		s, err := c.employee(answer{assertion: evidence.Assertion{Issuer: "https://idp.example.com", IssuedAt: at, Attributes: said}})
		if err != nil || s.Subject != "https://idp.example.com|SE2120000000-1001" || s.Name != "Mona Testhandläggare" || s.Number.IsZero() == (name == "SITHS") ||
			(len(s.Groups) == 1) != (name == "SITHS") {
			t.Errorf("%s: %+v %v", name, s, err)
		}
	}
	for name, change := range map[string]map[string][]string{
		"no HSA-id": {attrHSA: nil}, "two HSA-ids": {attrHSA: {"SE2120000000-1001", "SE2120000000-1002"}}, "an HSA-id that could be read as two": {attrHSA: {"SE2120000000-1001|x"}},
		"a blank in it": {attrHSA: {"SE2120000000 1001"}}, "a number that is none": {evidence.AttrCredentialNumber: {"199001012386"}},
		"a number that is written otherwise": {evidence.AttrCredentialNumber: {"19900101-2385"}}, "no name": {attrGiven: nil, attrSurname: nil},
	} {
		said := maps.Clone(siths)
		maps.Copy(said, change)
		if _, err := c.employee(answer{assertion: evidence.Assertion{IssuedAt: at, Attributes: said}}); evidence.CodeOf(err) != evidence.NoPerson {
			t.Errorf("%s: %v", name, err)
		}
	}
}
