// Package pep440 knows Python's versions and specifier sets, and computes with the sets exactly.
//
// The rules are those of the version specifiers specification
// (https://packaging.python.org/en/latest/specifications/version-specifiers/, which grew out of PEP 440)
// as the library packaging 26.3 reads them; the tests ask that library.
//
//   - [Parse] reads one [Version]. Versions are totally ordered.
//   - [ParseSpecifiers] reads text such as ">=3.2.1,!=3.6.0,<4".
//     [Specifiers.Contains] answers clause by clause, as packaging does.
//   - [Specifiers.Set] turns the clauses into a [Set], with intersection, union, complement
//     and the relations between sets.
//
// # What a Set means
//
// A Set holds versions in the sense of [Version.Compare]: 1.0 and 1.0.0 are one version.
// Pre-releases are ordinary members, so s.Set().Contains(v) equals s.Contains(v, true) for all versions
// and every clause except "===", which compares text: a Set takes "===V" for the single version V,
// without its local versions, and for nothing at all where V is no version.
// Contains with "===V" is true for no version outside that Set.
//
// A Set is empty only if no version at all is inside, whether released or not.
//
// # Limits
//
// Numbers are bounded although the specification's are not: see [Parse] and [ParseSpecifiers].
package pep440
