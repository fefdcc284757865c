# Sourced by ./faultline and ./run-tests: exports JAVA_HOME, the JDK that builds and runs Faultline,
# or ends the script with code 3 and a sentence that says what to do.

NEEDED_JAVA=25

# Prints the feature release of the JDK in folder $1; fails if that is not a JDK.
jdk_release() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 1
  jdk_version=
  if [ -r "$1/release" ]; then
    while IFS='=' read -r jdk_key jdk_value; do
      if [ "$jdk_key" = JAVA_VERSION ]; then
        jdk_version=${jdk_value#\"}
      fi
    done < "$1/release"
  fi
  if [ -z "$jdk_version" ]; then
    jdk_version=$("$1/bin/javac" -version 2>/dev/null) || return 1
    jdk_version=${jdk_version#javac }
  fi
  jdk_version=${jdk_version%%[!0-9]*}
  [ -n "$jdk_version" ] || return 1
  echo "$jdk_version"
}

# Sets JAVA_HOME to JAVA_HOME itself if it is new enough, else to the oldest JDK found that is: the
# nearest to what the project is built with. Fails if there is none.
find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && jdk_found=$(jdk_release "$JAVA_HOME") \
      && [ "$jdk_found" -ge "$NEEDED_JAVA" ]; then
    export JAVA_HOME
    return 0
  fi
  jdk_best=
  jdk_best_release=
  jdk_on_path=$(command -v java 2>/dev/null) || jdk_on_path=
  if [ -n "$jdk_on_path" ]; then
    jdk_on_path=$(readlink -f "$jdk_on_path" 2>/dev/null) || jdk_on_path=
    jdk_on_path=${jdk_on_path%/bin/java}
  fi
  for jdk_home in ${jdk_on_path:+"$jdk_on_path"} \
      /usr/lib/jvm/* /usr/java/* /opt/java/* "${HOME:-/nonexistent}"/.sdkman/candidates/java/*; do
    jdk_found=$(jdk_release "$jdk_home") || continue
    [ "$jdk_found" -ge "$NEEDED_JAVA" ] || continue
    if [ -z "$jdk_best" ] || [ "$jdk_found" -lt "$jdk_best_release" ]; then
      jdk_best=$jdk_home
      jdk_best_release=$jdk_found
    fi
  done
  [ -n "$jdk_best" ] || return 1
  JAVA_HOME=$jdk_best
  export JAVA_HOME
}

# Ends the script with code 3 if there is no Maven.
need_maven() {
  command -v mvn >/dev/null 2>&1 && return 0
  echo "faultline: needs Maven 3.8 or later (mvn) to build, and found none on PATH." >&2
  exit 3
}

if ! find_jdk; then
  echo "faultline: needs a JDK $NEEDED_JAVA or later, and found none." >&2
  echo "  Install one (Temurin, OpenJDK), or set JAVA_HOME to it." >&2
  exit 3
fi
