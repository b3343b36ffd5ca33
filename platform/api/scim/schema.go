package scim

import (
	"slices"
	"strings"
)

// Schemas and messages that we speak (RFC 7643 section 10.3, RFC 7644 section 8.2).
const (
	userSchema       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupSchema      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseSchema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	listMessage      = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	patchMessage     = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	searchMessage    = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
	errorMessage     = "urn:ietf:params:scim:api:messages:2.0:Error"

	// PersonSchema is our own extension of User, with the attribute personalNumber.
	PersonSchema = "urn:samtjanst:params:scim:schemas:extension:person:2.0:User"
)

// EmployeeNumber is where an organisation may have personal numbers instead.
const EmployeeNumber = enterpriseSchema + ":employeeNumber"

// PersonalNumber is where personal numbers stand unless the organisation says otherwise.
const PersonalNumber = PersonSchema + ":personalNumber"

// form of an attribute's value (RFC 7643 section 2.3).
type form string

const (
	text      form = "string"
	boolean   form = "boolean"
	moment    form = "dateTime"
	reference form = "reference"
	composite form = "complex"
)

// attribute of a resource (RFC 7643 section 7).
type attribute struct {
	name     string
	form     form
	multi    bool
	required bool
	exact    bool // letters large and small differ
	fixed    bool // readOnly: we say it
	always   bool // returned whatever is asked for
	unique   bool
	doc      string
	subs     []*attribute
}

func (a *attribute) sub(name string) *attribute { return find(a.subs, name) }

func find(all []*attribute, name string) *attribute {
	i := slices.IndexFunc(all, func(a *attribute) bool { return strings.EqualFold(a.name, name) })
	if i < 0 {
		return nil
	}
	return all[i]
}

// schema is a named set of attributes.
type schema struct {
	id, name, doc string
	attributes    []*attribute
}

// resourceType says what one kind of resource has.
type resourceType struct {
	name       string // "User"
	endpoint   string // "Users"
	doc        string
	core       *schema
	extensions []*schema
	common     []*attribute
}

// typed is a multi-valued attribute whose values are of types: e-mail addresses, telephones.
func typed(name, doc string, more ...*attribute) *attribute {
	return &attribute{name: name, form: composite, multi: true, doc: doc, subs: append([]*attribute{
		{name: "value", form: text, doc: "The value."}, {name: "display", form: text, doc: "The value as it is shown."},
		{name: "type", form: text, doc: "What it is for: work, mobile, home, other."},
		{name: "primary", form: boolean, doc: "True for the one that is used first."}}, more...)}
}

func words(doc string, names ...string) []*attribute {
	var out []*attribute
	for _, n := range names {
		out = append(out, &attribute{name: n, form: text, doc: doc})
	}
	return out
}

var commonAttributes = []*attribute{
	{name: "id", form: text, exact: true, fixed: true, always: true, unique: true, doc: "Our identifier."},
	{name: "externalId", form: text, exact: true, doc: "The client's own identifier, which never changes. No mail address."},
	{name: "schemas", form: reference, multi: true, exact: true, fixed: true, always: true, doc: "Schemas of the resource."},
	{name: "meta", form: composite, fixed: true, doc: "About the resource itself.", subs: []*attribute{
		{name: "resourceType", form: text, exact: true, fixed: true}, {name: "created", form: moment, fixed: true},
		{name: "lastModified", form: moment, fixed: true}, {name: "location", form: reference, exact: true, fixed: true},
		{name: "version", form: text, exact: true, fixed: true}}},
}

var coreUser = &schema{userSchema, "User", "Somebody who works for the organisation.", slices.Concat([]*attribute{
	{name: "userName", form: text, required: true, unique: true, doc: "What the person logs in as."},
	{name: "name", form: composite, doc: "The parts of the person's name.", subs: words("A part of the name.", "formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")},
	{name: "active", form: boolean, doc: "False takes every role, session and pending signature away at once."},
	typed("emails", "E-mail addresses. The primary, else that of work, is used."),
	typed("phoneNumbers", "Telephones. The mobile, else the primary, is used for text messages."),
	{name: "groups", form: composite, multi: true, fixed: true, doc: "Groups that the person is in, directly or by way of other groups.", subs: []*attribute{
		{name: "value", form: text, exact: true, fixed: true}, {name: "$ref", form: reference, exact: true, fixed: true},
		{name: "display", form: text, fixed: true}, {name: "type", form: text, fixed: true, doc: "direct or indirect"}}},
	{name: "addresses", form: composite, multi: true, doc: "Addresses at work.", subs: append(words("A part of the address.", "formatted", "streetAddress", "locality", "region", "postalCode", "country", "type"),
		&attribute{name: "primary", form: boolean})},
}, words("Kept and given back.", "displayName", "nickName", "userType", "preferredLanguage", "locale", "timezone"),
	[]*attribute{{name: "title", form: text, doc: "The person's title, of which rules may make roles."},
		{name: "profileUrl", form: reference, exact: true, doc: "Kept and given back."}})}

var enterpriseUser = &schema{enterpriseSchema, "EnterpriseUser", "What an employer says of somebody.", []*attribute{
	{name: "employeeNumber", form: text, exact: true, doc: "Number in the payroll system; the personal number where the organisation is set up so."},
	{name: "costCenter", form: text}, {name: "organization", form: text, doc: "Of which rules may make roles."}, {name: "division", form: text},
	{name: "department", form: text, doc: "Of which rules may make roles."},
	{name: "manager", form: composite, doc: "The person's manager.", subs: []*attribute{{name: "value", form: text, exact: true}, {name: "$ref", form: reference, exact: true}, {name: "displayName", form: text, fixed: true}}},
}}

var personUser = &schema{PersonSchema, "Person", "What Swedish law needs to know of somebody who decides and signs.", []*attribute{
	{name: "personalNumber", form: text, exact: true, doc: "Personnummer or samordningsnummer, ten or twelve digits. Not to be asked for in an address."},
}}

var coreGroup = &schema{groupSchema, "Group", "A group of people, of whose name rules make roles.", []*attribute{
	{name: "displayName", form: text, required: true, doc: "The name that rules know the group by."},
	{name: "members", form: composite, multi: true, doc: "People and groups that are in it.", subs: []*attribute{
		{name: "value", form: text, exact: true, doc: "Our identifier of the member."}, {name: "$ref", form: reference, exact: true, fixed: true},
		{name: "type", form: text, fixed: true, doc: "User or Group"}, {name: "display", form: text, fixed: true}}},
}}

var (
	users  = &resourceType{"User", "Users", "People of the organisation", coreUser, []*schema{enterpriseUser, personUser}, commonAttributes}
	groups = &resourceType{"Group", "Groups", "Groups of people", coreGroup, nil, commonAttributes}
)

// find gives an attribute outside the extensions, nil when there is none.
func (t *resourceType) find(name string) *attribute {
	if a := find(t.core.attributes, name); a != nil {
		return a
	}
	return find(t.common, name)
}

// extension gives a schema that the type has beside its own; nil.
func (t *resourceType) extension(urn string) *schema {
	i := slices.IndexFunc(t.extensions, func(s *schema) bool { return strings.EqualFold(s.id, urn) })
	if i < 0 {
		return nil
	}
	return t.extensions[i]
}

// described is an attribute as /Schemas has it.
func described(a *attribute) map[string]any {
	out := map[string]any{"name": a.name, "type": string(a.form), "multiValued": a.multi, "required": a.required, "caseExact": a.exact,
		"mutability": "readWrite", "returned": "default", "uniqueness": "none", "description": a.doc}
	if a.fixed {
		out["mutability"] = "readOnly"
	}
	if a.always {
		out["returned"] = "always"
	}
	if a.unique {
		out["uniqueness"] = "server"
	}
	switch {
	case a.name == "$ref":
		out["referenceTypes"] = []string{"User", "Group"}
	case a.form == reference:
		out["referenceTypes"] = []string{"external"}
	}
	if a.subs != nil {
		subs := []any{}
		for _, s := range a.subs {
			subs = append(subs, described(s))
		}
		out["subAttributes"] = subs
	}
	return out
}
