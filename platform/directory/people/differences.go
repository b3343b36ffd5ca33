package people

import "slices"

// Codes of what happened to a person, beside the fields' own names.
const (
	Entered = "entered"
	Closed  = "closed" // has left
	Opened  = "opened" // is back
)

// Differences names the fields in which two states of a person differ: "name", "number", "phone", "email", "logins", "roles", "mandates",
// "absences", "title", "department", "organisation", "groups", "user-name", and Closed or Opened.
func Differences(a, b *Person) []string {
	var out []string
	add := func(name string, differ bool) {
		if differ {
			out = append(out, name)
		}
	}
	add("name", a.Name != b.Name)
	add("number", a.Number != b.Number)
	add("phone", a.Phone != b.Phone)
	add("email", a.Email != b.Email)
	add("logins", !slices.Equal(a.Logins, b.Logins))
	add("roles", !slices.Equal(a.Roles, b.Roles))
	add("mandates", !slices.EqualFunc(a.Mandates, b.Mandates, func(x, y Mandate) bool {
		return slices.Equal(x.Kinds, y.Kinds) && x.Authority == y.Authority && x.Title == y.Title && x.Decided == y.Decided && x.Paragraph == y.Paragraph && x.Period == y.Period
	}))
	add("absences", !slices.EqualFunc(a.Absences, b.Absences, func(x, y Absence) bool { return x.From.Equal(y.From) && x.To.Equal(y.To) }))
	var x, y Synced
	if a.Synced != nil {
		x = *a.Synced
	}
	if b.Synced != nil {
		y = *b.Synced
	}
	add("origin", x.From != y.From || x.External != y.External)
	add("user-name", x.UserName != y.UserName)
	add("title", x.Title != y.Title)
	add("department", x.Department != y.Department)
	add("organisation", x.Organisation != y.Organisation)
	add("groups", !slices.Equal(x.Groups, y.Groups))
	add(Closed, a.Here() && !b.Here())
	add(Opened, !a.Here() && b.Here())
	return out
}
