package apptest

// Named is the id of the object of a list whose field has a value.
func (w *World) Named(list, field, value string) string {
	w.T.Helper()
	for _, o := range w.Must("GET", list, nil)["items"].([]any) {
		if o.(object)[field] == value {
			return o.(object)["id"].(string)
		}
	}
	w.T.Fatalf("%s has no %s %q", list, field, value)
	return ""
}
