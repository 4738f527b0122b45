//! Java, against `mvn dependency:list`.

use super::*;

const PROJECT: &str = r#"<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId><artifactId>shop</artifactId><version>1.0.0</version>
  <dependencies>DEPENDENCIES</dependencies>
</project>"#;

fn mvn(made: &Made, dependencies: &[&str], goals: &[&str]) -> String {
    let dependency = |text: &&str| {
        let (group, rest) = text.split_once(':').unwrap();
        let (artifact, version) = rest.split_once(':').unwrap();
        format!(
            "<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        )
    };
    let dependencies: String = dependencies.iter().map(dependency).collect();
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("pom.xml"), &PROJECT.replace("DEPENDENCIES", &dependencies));
    let mut command = Command::new("mvn");
    command.args(["--batch-mode", "--quiet"]).args(goals).current_dir(folder.path());
    let to = format!("-DoutputDirectory={}", made.path("app/lib").display());
    ran(command.arg(to).arg(format!("-DoutputFile={}", folder.path().join("list").display())));
    fs::read_to_string(folder.path().join("list")).unwrap_or_default()
}

/// `group:artifact:type:version:scope` of each.
fn listed(text: &str) -> Vec<String> {
    let mut listed = Vec::new();
    for line in text.lines() {
        let line = line.trim().split(' ').next().unwrap_or_default();
        if let [group, artifact, _, .., version, _] = line.split(':').collect::<Vec<_>>()[..] {
            listed.push(format!("{group}:{artifact} {version}"));
        }
    }
    listed
}

#[test]
fn what_maven_copies_is_what_maven_lists() {
    if !is_long() || Command::new("mvn").arg("--version").output().is_err() || !has_registries() {
        eprintln!("SKIPPED: LIMPID_OWN_TOOLS is not set, or Maven is not installed (apt-get install maven)");
        return;
    }
    let copy = ["org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"];
    let list = ["org.apache.maven.plugins:maven-dependency-plugin:3.6.1:list"];
    let lower = [
        "org.springframework.boot:spring-boot-starter-web:2.6.3",
        "org.apache.logging.log4j:log4j-core:2.14.1",
        "com.google.guava:guava:31.1-jre",
        "org.hibernate:hibernate-core:5.6.5.Final",
        "io.netty:netty-all:4.1.72.Final",
        "org.apache.kafka:kafka-clients:3.1.0",
    ];
    let upper = [
        "org.springframework.boot:spring-boot-starter-web:2.6.6",
        "org.apache.logging.log4j:log4j-core:2.17.1",
    ];
    // Copied into netty-common and byte-buddy, with their descriptions.
    let merged = ["net.bytebuddy:byte-buddy-dep 1.12.7", "org.jctools:jctools-core 3.1.0"];
    let mut made = Made::new();
    for (dependencies, merged) in [(&lower[..], &merged[..]), (&upper, &[])] {
        if made.path("app").exists() {
            fs::remove_dir_all(made.path("app")).unwrap();
        }
        mvn(&made, dependencies, &copy);
        made.commit();
        let mut told = listed(&mvn(&made, dependencies, &list));
        let groupless = without_unknown_groups(&made, &mut told);
        eprintln!("{} artifacts, of {groupless} nothing says the group", told.len());
        told.extend(merged.iter().map(|one| (*one).to_owned()));
        made.hold("Maven", told);
    }
}

/// Takes the group from what does not say its group: such an archive has no description (`pom.properties`), as Gradle builds them.
/// How many those are.
fn without_unknown_groups(made: &Made, told: &mut [String]) -> usize {
    let found = made.found("Maven");
    let is_found = |name: &str| found.iter().any(|(found, _)| found == name);
    let mut count = 0;
    for one in told.iter_mut().filter(|one| !is_found(one)) {
        let (_, artifact) = one.split_once(':').unwrap();
        *one = artifact.to_owned();
        count += 1;
    }
    count
}
