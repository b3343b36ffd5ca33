package diff

// JudgesForm reports whether a key of form.yaml has a judgement.
func JudgesForm(key string) bool { _, ok := keys[key]; return ok || key == "computed" }

// JudgesField reports whether a key of a field in the layout has a comparison.
func JudgesField(key string) bool { return told[key] || judged[key] != (judgement{}) }

// JudgesPage reports whether a key of a page in the layout has a comparison.
func JudgesPage(key string) bool { return toldOfPage[key] || judgedOfPage[key] != (judgement{}) }
