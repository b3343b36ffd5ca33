package scim_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLists(t *testing.T) {
	w := newWorld(t)
	for _, u := range []string{
		`{"userName":"anna","title":"Tour Guide","active":true,"emails":[{"value":"anna@example.se","type":"work"},{"value":"a@example.com","type":"home"}]}`,
		`{"userName":"Bertil","active":false,"name":{"familyName":"O'Malley \"B\""},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Back (Office)"}}`,
		`{"userName":"cecilia","title":"Chef","userType":"Intern","urn:samtjanst:params:scim:schemas:extension:person:2.0:User":{"personalNumber":"198403122388"}}`,
	} {
		w.clock.Advance(time.Minute)
		w.do("POST", "Users", u, 201)
	}
	for filter, want := range map[string][]string{
		`userName eq "BERTIL"`:          {"Bertil"},
		`userName eq "nobody"`:          {},
		`externalId eq "nobody"`:        {},
		`name.familyName co "O'Malley"`: {"Bertil"},
		`name.familyName co "\"B\""`:    {"Bertil"},
		`userName sw "A"`:               {"anna"},
		`urn:ietf:params:scim:schemas:core:2.0:User:userName ew "a"`: {"anna", "cecilia"},
		`title pr`:                            {"anna", "cecilia"},
		`not (title pr)`:                      {"Bertil"},
		`title pr and userType eq "Employee"`: {},
		`title pr or userType eq "Intern"`:    {"anna", "cecilia"},
		`title ne "Chef"`:                     {"anna", "Bertil"},
		`userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`: {"Bertil", "cecilia"},
		`emails[type eq "work" and value co "@example.com"]`:                                        {},
		`emails[type eq "home" and value co "@example.com"] or userName eq "Bertil"`:                {"anna", "Bertil"},
		`userName eq "anna" or userName eq "Bertil" and title pr`:                                   {"anna"}, // and before or
		`(userName eq "anna" or userName eq "Bertil") and title pr`:                                 {"anna"},
		`active eq true`:    {"anna", "cecilia"},
		`active eq "False"`: {"Bertil"},
		`userName gt "anna" and userName lt "cecilia"`:                                             {"Bertil"},
		`userName ge "bertil" AND userName le "Bertil"`:                                            {"Bertil"},
		`meta.created gt "2026-11-23T09:02:30Z"`:                                                   {"cecilia"},
		`meta.lastModified lt "2026-11-23T10:01:30+01:00"`:                                         {"anna"},
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "back (office)"`: {"Bertil"},
		`schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`:                  {"Bertil"},
		`title eq null`: {"Bertil"},
	} {
		if diff := cmp.Diff(want, w.found("Users", filter)); diff != "" {
			t.Errorf("%s: %s", filter, diff)
		}
	}
	for _, filter := range []string{`userName`, `userName eq`, `userName eq x`, `userName is "x"`, `colour eq "x"`, `(userName pr`, `userName pr)`, `not userName pr`, `emails[type eq "x"`, `active gt true`, `userName eq true`,
		`name eq "x"`, `userName eq "x`, `meta.created gt "yesterday"`, `userName co null`, strings.Repeat("(", 30) + `title pr` + strings.Repeat(")", 30), `title eq "` + strings.Repeat("x", 9000) + `"`} {
		w.refused("GET", "Users?filter="+url.QueryEscape(filter), "", 400, "invalidFilter")
	}
	// A personal number stands in no address; posted it is found.
	number := `urn:samtjanst:params:scim:schemas:extension:person:2.0:User:personalNumber`
	w.refused("GET", "Users?filter="+url.QueryEscape(number+` eq "198403122388"`), "", 403, "sensitive")
	w.refused("GET", "Users?sortBy="+number, "", 403, "sensitive")
	posted := w.do("POST", "Users/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"`+number+` eq \"198403122388\"","attributes":["userName"],"count":1}`, 200)
	if posted["totalResults"] != 1.0 || posted["Resources"].([]any)[0].(object)["userName"] != "cecilia" {
		t.Errorf("searched: %v", posted)
	}
	names := func(query string) (total float64, out []string) {
		l := w.do("GET", "Users?"+query, "", 200)
		for _, r := range l["Resources"].([]any) {
			out = append(out, r.(object)["userName"].(string))
		}
		if l["itemsPerPage"] != float64(len(out)) {
			t.Errorf("%s: %v", query, l["itemsPerPage"])
		}
		return l["totalResults"].(float64), out
	}
	for query, want := range map[string][]string{"": {"anna", "Bertil", "cecilia"}, "startIndex=2&count=1": {"Bertil"}, "startIndex=0&count=2": {"anna", "Bertil"}, "count=0": nil, "count=-1": nil, "startIndex=9": nil,
		"sortBy=userName&sortOrder=descending": {"cecilia", "Bertil", "anna"}, "sortBy=title": {"cecilia", "anna", "Bertil"}, "sortBy=title&sortOrder=descending": {"Bertil", "anna", "cecilia"}} {
		if total, got := names(query); total != 3 || cmp.Diff(want, got) != "" {
			t.Errorf("%s finds %v: %s", query, total, cmp.Diff(want, got))
		}
	}
	w.refused("GET", "Users?sortBy=colour", "", 400, "invalidPath")
	w.refused("GET", "Users?count=many", "", 400, "invalidValue")
	w.refused("GET", "Users?attributes=title&excludedAttributes=title", "", 400, "invalidValue")
	only := w.do("GET", "Users?attributes=emails.value,userName,colour&filter="+url.QueryEscape(`userName eq "anna"`), "", 200)["Resources"].([]any)[0].(object)
	delete(only, "id")
	if diff := cmp.Diff(object{"userName": "anna", "schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:User"}, "emails": []any{object{"value": "anna@example.se"}, object{"value": "a@example.com"}}}, only); diff != "" {
		t.Error(diff)
	}
	without := w.do("GET", "Users?excludedAttributes=id,meta,emails.type,title,active&filter="+url.QueryEscape(`userName eq "anna"`), "", 200)["Resources"].([]any)[0].(object)
	if without["id"] == nil || without["meta"] != nil || without["title"] != nil || cmp.Diff([]any{object{"value": "anna@example.se"}, object{"value": "a@example.com"}}, without["emails"]) != "" {
		t.Errorf("without: %v", without)
	}
}

// What the server says of itself can be read, and every attribute that a schema has is one that it takes.
func TestDescribed(t *testing.T) {
	w := newWorld(t)
	c := w.do("GET", "ServiceProviderConfig", "", 200)
	if c["patch"].(object)["supported"] != true || c["bulk"].(object)["supported"] != false || c["filter"].(object)["maxResults"] != 200.0 {
		t.Errorf("config: %v", c)
	}
	if n := len(w.do("GET", "ResourceTypes", "", 200)["Resources"].([]any)); n != 2 {
		t.Errorf("%d types", n)
	}
	user := w.do("GET", "ResourceTypes/User", "", 200)
	for _, s := range append(user["schemaExtensions"].([]any), object{"schema": user["schema"]}) {
		id := s.(object)["schema"].(string)
		for _, a := range w.do("GET", "Schemas/"+id, "", 200)["attributes"].([]any) {
			w.do("POST", "Users/.search", `{"filter":"`+id+":"+a.(object)["name"].(string)+` pr"}`, 200)
		}
	}
	w.refused("GET", "Schemas?filter=id%20pr", "", 403, "")
	w.refused("POST", "Schemas", "{}", 405, "")
	w.refused("GET", "Schemas/urn:x", "", 404, "")
	w.refused("GET", "Me", "", 501, "")
	w.refused("POST", "Bulk", "{}", 501, "")
	w.refused("GET", "Elsewhere", "", 404, "")
	w.refused("DELETE", "Users", "", 405, "")
}
