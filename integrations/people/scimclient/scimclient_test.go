package scimclient_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/integrations/people"
	"samtjanst/integrations/people/scimclient"
	"samtjanst/platform/fault"
)

// system answers each question in turn, and remembers what it was asked.
type system struct {
	answers []string // "200 {…}"
	asked   []string
}

func (s *system) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	line := r.Method + " " + r.URL.Path
	if f := r.URL.Query().Get("filter"); f != "" {
		line += " " + f
	}
	s.asked = append(s.asked, strings.TrimSpace(line+" "+string(body)))
	status, answer := 200, `{"totalResults":0}`
	if len(s.answers) > 0 {
		next, rest, _ := strings.Cut(s.answers[0], " ")
		fmt.Sscan(next, &status)
		answer, s.answers = rest, s.answers[1:]
	}
	if r.Header.Get("Authorization") != "Bearer hemlig" {
		status = 401
	}
	w.WriteHeader(status)
	io.WriteString(w, answer)
}

func one(ids ...string) string {
	return fmt.Sprintf(`200 {"totalResults":%d,"Resources":[{"id":"%s"}]}`, len(ids), strings.Join(ids, `"},{"id":"`))
}

const head = ` {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`

var sanna = people.Leaver{External: "guid-1", UserName: `s"nna`, Email: "sanna@example.se"}

// What is asked and done, in order, and what each answer means.
func TestWithdraw(t *testing.T) {
	inactive := `PATCH /scim/v2/Users/u1` + head + `{"op":"replace","path":"active","value":false}]}`
	for what, c := range map[string]struct {
		who     people.Leaver
		answers []string
		asked   []string
		kind    fault.Kind // Internal: no error
	}{
		"known by id, in two groups": {sanna, []string{one("u1"), "200 {}", one("g1", "g2"), "204 ", "204 "}, []string{`GET /scim/v2/Users externalId eq "guid-1"`, inactive,
			`GET /scim/v2/Groups members.value eq "u1"`, `PATCH /scim/v2/Groups/g1` + head + `{"op":"remove","path":"members[value eq \"u1\"]"}]}`,
			`PATCH /scim/v2/Groups/g2` + head + `{"op":"remove","path":"members[value eq \"u1\"]"}]}`, `GET /scim/v2/Groups members.value eq "u1"`}, 0},
		"known by name": {sanna, []string{`200 {"totalResults":0}`, one("u1")}, []string{`GET /scim/v2/Users externalId eq "guid-1"`, `GET /scim/v2/Users userName eq "s\"nna"`, inactive,
			`GET /scim/v2/Groups members.value eq "u1"`}, 0},
		"not known":           {sanna, nil, []string{`GET /scim/v2/Users externalId eq "guid-1"`, `GET /scim/v2/Users userName eq "s\"nna"`}, 0},
		"entered here":        {people.Leaver{Email: "sanna@example.se"}, nil, []string{`GET /scim/v2/Users userName eq "sanna@example.se"`}, 0},
		"nothing to go by":    {people.Leaver{}, nil, nil, 0},
		"gone meanwhile":      {people.Leaver{External: "x"}, []string{one("u1"), "404 "}, []string{`GET /scim/v2/Users externalId eq "x"`, inactive, `GET /scim/v2/Groups members.value eq "u1"`}, 0},
		"more than one":       {sanna, []string{one("u1", "u2")}, []string{`GET /scim/v2/Users externalId eq "guid-1"`}, fault.Invalid},
		"another token":       {sanna, []string{"401 "}, []string{`GET /scim/v2/Users externalId eq "guid-1"`}, fault.Unauthorised},
		"too often":           {sanna, []string{one("u1"), "429 "}, []string{`GET /scim/v2/Users externalId eq "guid-1"`, inactive}, fault.Unavailable},
		"broken":              {sanna, []string{"500 "}, []string{`GET /scim/v2/Users externalId eq "guid-1"`}, fault.Unavailable},
		"no SCIM there":       {sanna, []string{"404 <html>"}, []string{`GET /scim/v2/Users externalId eq "guid-1"`}, fault.Invalid},
		"a page in its place": {sanna, []string{"200 <html>"}, []string{`GET /scim/v2/Users externalId eq "guid-1"`}, fault.Unavailable},
		"another JSON":        {sanna, []string{"200 {}"}, []string{`GET /scim/v2/Users externalId eq "guid-1"`}, fault.Unavailable},
		"refused":             {sanna, []string{one("u1"), "400 sanna"}, []string{`GET /scim/v2/Users externalId eq "guid-1"`, inactive}, fault.Invalid},
		"sent elsewhere":      {sanna, []string{"302 "}, []string{`GET /scim/v2/Users externalId eq "guid-1"`}, fault.Invalid},
	} {
		s := &system{answers: c.answers}
		srv := httptest.NewServer(s)
		target, err := scimclient.New(scimclient.Config{ID: "x", URL: srv.URL + "/scim/v2/", Token: "hemlig"})
		if err != nil {
			t.Fatal(err)
		}
		err = target.Withdraw(t.Context(), c.who)
		srv.Close()
		if fault.KindOf(err) != c.kind || c.kind == 0 && err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if err != nil && strings.Contains(err.Error(), "nna") {
			t.Errorf("%s tells: %v", what, err)
		}
		if diff := cmp.Diff(c.asked, s.asked); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
		if again := target.Withdraw(t.Context(), sanna); fault.KindOf(again) != fault.Unavailable {
			t.Errorf("%s: gone it is %v", what, again)
		}
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []scimclient.Config{{URL: "https://x.example.se", Token: "t"}, {ID: "x", URL: "https://x.example.se"}, {ID: "x", URL: "http://x.example.se", Token: "t"},
		{ID: "x", URL: "x.example.se", Token: "t"}, {ID: "x", URL: "https://x.example.se/?a=b", Token: "t"}} {
		if fault.KindOf(c.Validate()) != fault.Invalid {
			t.Errorf("%+v is taken", c)
		}
	}
}
