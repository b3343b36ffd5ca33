package answers

import (
	"strconv"
	"strings"

	"samtjanst/forms"
)

// object reads a map that is an object of its own.
func (d *decoder) object(f *forms.Field, at place, was any, had bool) (any, bool) {
	before, isObject := was.(map[string]any)
	object := forms.Edit(before).Answers()
	d.entries(f, at, before, object)
	if len(object) > 0 || isObject && f.Pointer == "" || f.Always && (!had || isObject) {
		return object, true
	}
	return d.absent(f, at, was, had)
}

// entry is one row of a map as it was posted.
type entry struct {
	here   place
	own    string // its stored name
	stored bool
	name   string // as posted
	code   string // why it cannot have that name
}

// final is the name that the entry gets: the posted one, else a stored entry keeps its own. False for a new one without a name.
func (e entry) final() (string, bool) {
	if e.code != "" {
		return e.own, e.stored
	}
	return e.name, true
}

// entries reads an object's entries beyond its declared properties into the object, which has what is stored.
func (d *decoder) entries(f *forms.Field, at place, before map[string]any, object map[string]any) {
	list, added := d.named(f, at, before)
	for _, name := range extras(f, before) {
		delete(object, name)
	}
	item := f.Children()[0]
	// What has no name yet, or no value, follows on the others when the page is shown again.
	pending := func(e *entry) {
		e.here.to = at.to.Raw(entryPrefix + "n" + strconv.Itoa(added))
		d.out.Typed[EntryName(e.here.to)] = e.name
		added++
	}
	for _, e := range list {
		name, has := e.final()
		if e.here.to = at.to.Join(name); !has {
			pending(&e)
		}
		if e.code != "" {
			d.out.Typed[EntryName(e.here.to)] = e.name
			d.out.Problems = append(d.out.Problems, forms.Problem{Pointer: e.here.to, Code: e.code, Params: map[string]any{"name": e.name}})
		}
		mark := len(d.out.Problems)
		value, has := d.read(item, e.here, before[e.own], e.stored)
		told := len(d.out.Problems) > mark
		switch {
		case !has && item.Kind == forms.TextField && !told:
			value, has = "", true // an entry is there when it has a name
		case !has && e.code == "":
			d.forget(e.here.to, mark)
			pending(&e)
			if told {
				d.read(item, e.here, before[e.own], e.stored)
			} else if d.out.Op == OpContinue || d.out.Op == OpSave {
				d.out.Problems = append(d.out.Problems, forms.Problem{Pointer: e.here.to, Code: forms.Required})
			}
		}
		if _, named := e.final(); has && named {
			object[name] = value
		}
	}
	if added > 0 {
		d.out.Typed[RowKey(at.to)] = strconv.Itoa(added)
	}
}

// named gives the posted entries with the names that they can have. added counts those that have just been added, or are blank and will
// be shown again.
func (d *decoder) named(f *forms.Field, at place, before map[string]any) (list []entry, added int) {
	names := extras(f, before)
	for _, key := range d.keys(f, at, len(names)) {
		if key == newKey {
			added++
			continue
		}
		e := entry{here: at.row(entryPrefix+key, entryPrefix+key)}
		e.name = lines(d.post.Get(EntryName(e.here.post)))
		if n, ok := StoredRow(key, len(names)); ok {
			e.own, e.stored = names[n], true
			e.here.shown = at.shown.Join(e.own)
			if e.name == oneLine(e.own) {
				e.name = e.own
			}
		} else {
			e.here.fresh = true
		}
		switch kept := e.stored && e.name == e.own; {
		case kept:
		case e.name == "" && !e.stored && !d.post.says(e.here.post):
			if d.out.Op != OpContinue && d.out.Op != OpSave {
				added++
			}
			continue
		case e.name == "":
			e.code = forms.NameMissing
		case !validName(e.name):
			e.code = forms.BadText
		case f.Declares(e.name):
			e.code = forms.NameTaken
		}
		list = append(list, e)
	}
	settle(list)
	return list, added
}

// settle lets every name belong to one entry: to the one that keeps it, else to the first that asks. Who is refused keeps the own name,
// which another one may have asked for, so it is gone through until nobody more is refused.
func settle(list []entry) {
	for refused := true; refused; {
		refused = false
		held := map[string]bool{}
		for _, e := range list {
			if name, ok := e.final(); ok && e.stored && name == e.own {
				held[name] = true
			}
		}
		for i := range list {
			e := &list[i]
			if e.code != "" || e.stored && e.name == e.own {
				continue
			}
			if held[e.name] {
				e.code, refused = forms.NameTaken, true
			}
			held[e.name] = true
		}
	}
}

// validName reports whether a name can stand in a page and be posted again.
func validName(name string) bool {
	return len(name) <= 200 && strings.ToValidUTF8(name, "") == name && !strings.ContainsAny(name, "\x00\r\n")
}
