package scenario

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// typeInto puts a value into a control as a person would.
func typeInto(post url.Values, f *forms.Field, at forms.Pointer, value any) {
	switch f.Kind {
	case forms.DateField:
		parts := []string{"", "", ""}
		if s := text(value); s != "" {
			parts = append(strings.SplitN(s, "-", 3), "", "")
		}
		for i, p := range [3]answers.Part{answers.Year, answers.Month, answers.Day} {
			post.Set(answers.DatePart(p, at), parts[i])
		}
	case forms.GroupField:
		object, _ := value.(map[string]any)
		for _, child := range f.Fields {
			if v, ok := object[child.Pointer.Last()]; ok {
				typeInto(post, child, at.Join(child.Pointer.Last()), v)
			}
		}
	case forms.RowsField, forms.ListField:
		rows, _ := value.([]any)
		post.Del(answers.RowKey(at))
		for i, row := range rows {
			key := "n" + strconv.Itoa(i) // rows are new: a scenario says the whole list
			post.Add(answers.RowKey(at), key)
			if f.Kind == forms.ListField {
				post.Set(answers.Control(at.Join(key)), text(row))
				continue
			}
			object, _ := row.(map[string]any)
			for _, child := range f.Fields {
				if v, ok := object[child.Pointer.Last()]; ok {
					typeInto(post, child, at.Join(key).Join(child.Pointer.Last()), v)
				}
			}
		}
	default:
		post.Del(answers.Control(at))
		if many, ok := value.([]any); ok {
			for _, e := range many {
				post.Add(answers.Control(at), text(e))
			}
			return
		}
		if value != nil {
			post.Set(answers.Control(at), text(value))
		}
	}
}

func text(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case json.Number:
		return x.String()
	}
	return ""
}
