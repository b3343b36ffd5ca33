package renderer

import (
	"strings"

	"samtjanst/forms"
)

// mapFrame compiles a place: its latitude and longitude and words for it, which is all it needs. Script adds a button that asks the
// browser where one is; no map is fetched from anywhere.
func (b *builder) mapFrame(c control) {
	b.frame(c, "st-group st-group--map", func(b *builder) {
		lat, long := coordinates(c.Children())
		if lat == nil || long == nil || b.locked {
			b.fieldsOf(c)(b)
			return
		}
		b.s(`<div data-position data-lat="`)
		b.coordinateID(c, lat)
		b.s(`" data-long="`)
		b.coordinateID(c, long)
		for _, text := range [...][2]string{{"button", "form.position"}, {"busy", "form.position-busy"}, {"done", "form.position-done"},
			{"failed", "form.position-failed"}} {
			b.s(`" data-`, text[0], `="`)
			b.t(text[1])
		}
		b.s(`">`)
		b.fieldsOf(c)(b)
		b.s(`</div>`)
	})
}

func (b *builder) coordinateID(c control, f *forms.Field) {
	b.id(control{Field: f, depth: c.depth}, "")
}

// coordinates finds the two numbers of a place: by their names, else the first two.
func coordinates(fields []*forms.Field) (lat, long *forms.Field) {
	var numbers []*forms.Field
	for _, f := range fields {
		if f.Kind != forms.NumberField {
			continue
		}
		numbers = append(numbers, f)
		switch name := strings.ToLower(f.Pointer.Last()); {
		case strings.HasPrefix(name, "lat"):
			lat = f
		case strings.HasPrefix(name, "lon"), strings.HasPrefix(name, "lng"):
			long = f
		}
	}
	if (lat == nil || long == nil) && len(numbers) >= 2 {
		return numbers[0], numbers[1]
	}
	return lat, long
}
