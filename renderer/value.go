package renderer

import (
	"encoding/json"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer/i18n"
)

// scalar gives a JSON value as it is posted: a string as it is, everything else as its JSON text; "" for nothing.
func scalar(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(raw)
}

// moneyText writes whole öre as kronor; what is no whole number of öre is left as it is.
func moneyText(l *i18n.Locale, ore string) string {
	n, err := strconv.ParseInt(ore, 10, 64)
	if err != nil {
		return ore
	}
	return l.Money(n)
}

// FileValue is an attached file as it stands in the answers.
type FileValue struct {
	ID, Name, Type string
	Size           int64
}

// files reads the value of a FilesField.
func files(v any) []FileValue {
	list, _ := v.([]any)
	var out []FileValue
	for _, e := range list {
		m, ok := e.(map[string]any)
		if !ok {
			continue
		}
		size, err := strconv.ParseInt(scalar(m["size"]), 10, 64)
		if err != nil {
			size = 0 // an older or foreign record may lack it; the list then shows no size
		}
		out = append(out, FileValue{ID: scalar(m["id"]), Name: scalar(m["name"]), Type: scalar(m["type"]), Size: size})
	}
	return out
}

// kindsOfFile names media types as people do.
var kindsOfFile = map[string]string{"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG", "image/heic": "HEIC",
	"image/heif": "HEIF", "image/webp": "WebP", "image/tiff": "TIFF", "text/plain": "TXT", "text/csv": "CSV", "application/msword": "DOC",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       "XLSX",
	"application/vnd.oasis.opendocument.text":                                 "ODT",
	"video/mp4": "MP4", "audio/mpeg": "MP3"}

// FileKind names a media type as people do: "PDF"; an unknown one by its second half in capitals.
func FileKind(mediaType string) string {
	if k, ok := kindsOfFile[mediaType]; ok {
		return k
	}
	_, sub, _ := strings.Cut(mediaType, "/")
	return strings.ToUpper(strings.TrimPrefix(sub, "x-"))
}

// FieldText gives a field's value as it is read, not typed: "12 345,50", "3 januari 2026", an option's label, "Ja".
// Options are those of OptionsFrom, or nil. Empty for no answer.
func FieldText(l *i18n.Locale, f *forms.Field, v any, options []forms.Option) string {
	if v == nil {
		return ""
	}
	switch f.Kind {
	case forms.BoolField:
		switch v {
		case true:
			return l.T("form.yes")
		case false:
			return l.T("form.no")
		}
	case forms.ConsentField:
		if len(f.Options) > 0 && holdsOption(f.Options[0])(v) {
			return l.T("form.yes")
		}
		return ""
	case forms.ChoiceField:
		return optionLabel(l, f, v, options)
	case forms.ChoicesField:
		list, _ := v.([]any)
		labels := make([]string, len(list))
		for i, e := range list {
			labels[i] = optionLabel(l, f, e, options)
		}
		return strings.Join(labels, "\n")
	case forms.DateField:
		return l.ISODate(scalar(v))
	case forms.FilesField:
		var names []string
		for _, file := range files(v) {
			names = append(names, file.Name)
		}
		return strings.Join(names, "\n")
	case forms.ListField:
		list, _ := v.([]any)
		texts := make([]string, len(list))
		for i, e := range list {
			texts[i] = FieldText(l, f.Children()[0], e, nil)
		}
		return strings.Join(texts, "\n")
	case forms.JSONField:
		return answers.Text(f, v)
	case forms.TextField:
		if _, ok := v.(string); !ok {
			return answers.Text(f, v)
		}
		if f.Booking != "" {
			return bookedText(l, f, v)
		}
	case forms.NumberField:
		if _, ok := v.(json.Number); !ok {
			return answers.Text(f, v)
		}
	}
	return affixed(l, f, plainText(l, f, v))
}

func plainText(l *i18n.Locale, f *forms.Field, v any) string {
	switch v := v.(type) {
	case string:
		if f.Widget == "date" {
			return l.ISODate(v)
		}
		if f.Kind == forms.TextField {
			return answers.Text(f, v)
		}
		return v
	case bool:
		if v {
			return l.T("form.yes")
		}
		return l.T("form.no")
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, plainText(l, f, e))
		}
		return strings.Join(parts, "\n")
	case map[string]any:
		// A shown fact may say what it is called, and where it comes from beside.
		for _, key := range []string{"value", "label", "name"} {
			if e, ok := v[key]; ok {
				return plainText(l, f, e)
			}
		}
		return ""
	}
	if f.Widget == "money" {
		return moneyText(l, scalar(v))
	}
	return l.Number(scalar(v))
}

func affixed(l *i18n.Locale, f *forms.Field, text string) string {
	if text == "" {
		return ""
	}
	if p := f.Prefix.In(l.Lang); p != "" {
		text = p + "\u00a0" + text
	}
	if s := f.Suffix.In(l.Lang); s != "" {
		text += "\u00a0" + s
	}
	return text
}

func optionLabel(l *i18n.Locale, f *forms.Field, value any, options []forms.Option) string {
	for _, list := range [][]forms.Option{f.Options, options} {
		for _, o := range list {
			if holdsOption(o)(value) {
				return optionName(l, o)
			}
		}
	}
	return scalar(value)
}
