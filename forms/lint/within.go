package lint

import (
	"strconv"
	"strings"

	"samtjanst/forms"
)

// placed lists the fields that stand at a pointer of the layout. Of variants several may, and none of what stands within itself.
func (l *linter) placed(at forms.Pointer) []*forms.Field {
	if l.byPointer == nil {
		l.byPointer = map[forms.Pointer][]*forms.Field{}
		var add func([]*forms.Field)
		add = func(fields []*forms.Field) {
			for _, f := range fields {
				if f.Posted() {
					l.byPointer[f.Pointer] = append(l.byPointer[f.Pointer], f)
					add(f.Placed())
				}
			}
		}
		for _, p := range l.form.Pages {
			for _, s := range p.Sections {
				add(s.Fields)
			}
		}
	}
	return l.byPointer[at]
}

// within checks what hangs on something within a variant, a tuple or what stands within itself.
func (l *linter) within() {
	l.layout(func(e placed) {
		if e.field.Pointer == "" || e.field.ShowWhen == nil && e.field.OptionsFrom == "" && len(e.field.Checks) == 0 {
			return
		}
		at := forms.Pointer(e.field.Pointer)
		fields := l.placed(at)
		if len(fields) == 0 {
			l.inLayout(e.path, "give what it stands in the condition", "%s stands within itself, where nothing can hang on anything", at)
			return
		}
		if e.field.ShowWhen == nil {
			return
		}
		for _, f := range fields {
			switch up := f.Parent; {
			case rest(f):
				l.inLayout(e.path+"/showWhen", "give the list as a whole the condition", "%s is one of as many as there are, of which none can be hidden", at)
			case up != nil && up.Kind == forms.TupleField && number(f) < up.MinItems:
				l.inLayout(e.path+"/showWhen", "write minItems: "+strconv.Itoa(number(f))+" or less in schema.json", "%s can be hidden, and the list ends there, but it must have at least %d items", at, up.MinItems)
			case f.Always && inVariant(f):
				l.inLayout(e.path+"/showWhen", "take it out of required and write required: true here, which requires it when it is shown", "%s can be hidden but its variant always requires it", at)
			default:
				continue
			}
			return // once, however many variants have it
		}
	})
}

// rest reports whether a field is, or stands within, what follows on a tuple's places.
func rest(f *forms.Field) bool {
	for up := f.Parent; up != nil; f, up = up, up.Parent {
		if up.Kind == forms.TupleField && strings.HasSuffix(string(f.Pointer), "/*") {
			return true
		}
	}
	return false
}

// inVariant reports whether a field stands within a variant.
func inVariant(f *forms.Field) bool {
	for up := f.Parent; up != nil; up = up.Parent {
		if up.Kind == forms.VariantField {
			return true
		}
	}
	return false
}

// number is which of a tuple's places a field is.
func number(f *forms.Field) int {
	n, err := strconv.Atoi(f.Pointer.Last())
	if err != nil {
		return 0
	}
	return n
}
