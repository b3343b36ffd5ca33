package scim

import (
	"cmp"
	"strings"
	"time"

	source "samtjanst/integrations/people"
	"samtjanst/platform/idno"
)

// entry is what a user says of a person. number is where the personal number stands ("" PersonalNumber).
func entry(number string, u *resource, groups []string, now time.Time) source.Entry {
	at := func(p string) string {
		where, err := users.parsePath(p)
		if err != nil {
			return ""
		}
		for _, v := range where.values(u.Data) {
			s, _ := v.(string)
			return strings.TrimSpace(s)
		}
		return ""
	}
	e := source.Entry{External: cmp.Or(u.text("externalId"), u.ID), UserName: u.text("userName"), Active: u.Data["active"] != false,
		Name:  cmp.Or(strings.TrimSpace(at("name.givenName")+" "+at("name.familyName")), at("name.formatted"), at("displayName"), u.text("userName")),
		Email: chosen(u.Data["emails"], "primary", "work"), Phone: chosen(u.Data["phoneNumbers"], "mobile", "primary", "work"),
		Title: at("title"), Department: at(enterpriseSchema + ":department"), Organisation: at(enterpriseSchema + ":organization"), Groups: groups}
	if said := at(cmp.Or(number, PersonalNumber)); said != "" {
		var err error
		if e.Number, err = idno.Parse(said, now); err != nil {
			e.Number, e.BadNumber = idno.Number{}, true
		}
	}
	return e
}

// chosen gives the first value of those types; of none, the first there is. "primary" is the one that is marked so.
func chosen(all any, types ...string) string {
	list, _ := all.([]any)
	first := ""
	for _, t := range append(types, "") {
		for _, one := range list {
			m, _ := one.(map[string]any)
			value, _ := m["value"].(string)
			kind, _ := m["type"].(string)
			if first = cmp.Or(first, value); value != "" && (strings.EqualFold(kind, t) || t == "primary" && primary(m)) {
				return value
			}
		}
	}
	return first
}
