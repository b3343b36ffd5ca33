package forms

import (
	"slices"
	"strings"
)

// Widget is a way to show a field that a layout can ask for.
type Widget struct {
	Name  string
	Kinds []Kind // of fields that can have it
	About string // what it is for, as the reference says it
}

// Widgets are all widgets that a layout may name, in alphabetical order. A field without one gets what its kind and format usually have.
var Widgets = []Widget{
	{"account", []Kind{TextField}, "account number of a Swedish bank, digits only"},
	{"address", []Kind{GroupField}, "a postal address: street, postal code and town on lines of their own, with the browser's help"},
	{"booking", []Kind{ChoiceField, TextField}, "times by day: those of booking, or of optionsFrom with date-times as values, which reserves nothing"},
	{"checkboxes", []Kind{ChoicesField}, "boxes to tick: the usual for several choices"},
	{"clearing", []Kind{TextField}, "clearing number of a Swedish bank"},
	{"date", []Kind{DateField, FactField}, "day, month and year in three boxes: the usual for a date"},
	{"date-time", []Kind{TextField, FactField}, "a day and a time of day"},
	{"details", []Kind{TextField, GroupField}, "folded away until one opens it: for those who have something to say"},
	{"duration", []Kind{TextField}, "a length of time as ISO 8601 has it"},
	{"email", []Kind{TextField}, "an e-mail address"},
	{"files", []Kind{FilesField}, "attachments"},
	{"map", []Kind{GroupField}, "a place: latitude and longitude, with words for it beside"},
	{"money", []Kind{NumberField, FactField}, "kronor, kept as whole öre"},
	{"month", []Kind{TextField, FactField}, "a month, kept as YYYY-MM"},
	{"organisation", []Kind{GroupField}, "a company or an association: number, name and address"},
	{"organisationsnummer", []Kind{TextField}, "number of a company or an association"},
	{"person", []Kind{GroupField}, "a person: personnummer, name, contact, with the browser's help"},
	{"personnummer", []Kind{TextField, FactField}, "personnummer or samordningsnummer"},
	{"phone", []Kind{TextField, FactField}, "a phone number"},
	{"postnummer", []Kind{TextField}, "a Swedish postal code"},
	{"prices", []Kind{ChoicesField, GroupField}, "rows with prices and their sum: boxes to tick, or how many of each"},
	{"property", []Kind{TextField}, "a real property's designation, EKKÖPING KVARNEN 1:2"},
	{"radios", []Kind{ChoiceField}, "one of a few, all in sight: the usual for up to eight"},
	{"range", []Kind{GroupField}, "two dates, from and to"},
	{"rating", []Kind{NumberField, ChoiceField}, "a scale from the minimum to the maximum, one row of choices"},
	{"search", []Kind{ChoiceField}, "one of many, with a search box; a plain list without script"},
	{"select", []Kind{ChoiceField}, "one of many in a list to open"},
	{"signers", []Kind{FactField}, "who is to sign, from a fact that gives {name, role}"},
	{"summary", []Kind{RowsField}, "rows as lines, one open at a time, fifty a page: the usual from fifty rows on"},
	{"table", []Kind{RowsField, FactField}, "rows as a table"},
	{"textarea", []Kind{TextField}, "text of several lines, with a counter where the schema says how much"},
	{"time", []Kind{TextField, FactField}, "a time of day"},
	{"tree", []Kind{ChoiceField, ChoicesField}, "choices under headings that open, from groups"},
	{"uri", []Kind{TextField}, "a web address"},
}

// WidgetNamed finds a widget; false when there is none of that name.
func WidgetNamed(name string) (Widget, bool) {
	i, ok := slices.BinarySearchFunc(Widgets, name, func(w Widget, name string) int { return strings.Compare(w.Name, name) })
	if !ok {
		return Widget{}, false
	}
	return Widgets[i], true
}
